"""Gateways to test against."""

import pytest

from tests.support.gateway_process import Gateway, fasta


@pytest.fixture
def start_gateway(tmp_path):
    """Start gateways with settings of a test's own."""
    started = []

    def start(name="runs", **settings):
        started.append(Gateway(tmp_path / name, **settings).start())
        return started[-1]

    yield start
    for gateway in started:
        gateway.stop()


@pytest.fixture(scope="session")
def gateway(tmp_path_factory):
    """One gateway with ordinary settings, shared by tests that leave nothing behind."""
    shared = Gateway(
        tmp_path_factory.mktemp("gateway") / "runs", PREP_DOWNLOAD_GRACE_SECONDS="3600"
    )
    yield shared.start()
    shared.stop()


@pytest.fixture(scope="session")
def done(gateway):
    """The id of a finished run of the shared gateway."""
    job_id = gateway.submit(fasta(30), methods="pca2")
    assert gateway.finish(job_id)["event"] == "done"
    return job_id
