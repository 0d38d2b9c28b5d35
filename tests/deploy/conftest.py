"""Gateways behind the proxies of deploy/, and a Debian with nothing on it."""

import os
import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.support.clean_root import CleanRoot
from tests.support.gateway_process import Gateway
from tests.support.proxy_process import STREAMS, Proxy


@pytest.fixture
def behind(tmp_path):
    """Start a gateway with some settings, and a proxy of some kind before it."""
    started = []

    def start(kind: str, gateway=None, streams=STREAMS, **settings) -> tuple[Gateway, Proxy]:
        if gateway is None:
            trusted = {"PREP_TRUSTED_PROXIES": "127.0.0.1"}
            gateway = Gateway(tmp_path / "runs", **trusted, **settings).start()
            started.append(gateway)
        started.insert(0, Proxy(kind, tmp_path / kind, gateway.port, streams).start())
        return gateway, started[0]

    yield start
    for process in started:
        process.stop()


@pytest.fixture(scope="session")
def debian(tmp_path_factory) -> Path:
    """A fresh Debian, made once for all workers; to be copied."""
    assert os.geteuid() == 0, "only root may make and boot a system"
    for needed in ("debootstrap", "buildah"):
        assert shutil.which(needed), f"{needed} is missing; on Debian: apt-get install {needed}"
    base = tmp_path_factory.getbasetemp()
    # Each worker has a folder of its own in that of the whole run.
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "debian"
    with FileLock(folder.with_suffix(".lock")):
        if not folder.with_suffix(".ready").exists():
            CleanRoot(folder).make()
            folder.with_suffix(".ready").touch()
    return folder
