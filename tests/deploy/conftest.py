"""Gateways behind the proxies of deploy/."""

import pytest
from gateway_process import Gateway
from proxy_process import Proxy


@pytest.fixture
def behind(tmp_path):
    """Start a gateway with some settings, and a proxy of some kind before it."""
    started = []

    def start(kind: str, gateway: Gateway | None = None, **settings) -> tuple[Gateway, Proxy]:
        if gateway is None:
            trusted = {"PREP_TRUSTED_PROXIES": "127.0.0.1"}
            gateway = Gateway(tmp_path / "runs", **trusted, **settings).start()
            started.append(gateway)
        started.insert(0, Proxy(kind, tmp_path / kind, gateway.port).start())
        return gateway, started[0]

    yield start
    for process in started:
        process.stop()
