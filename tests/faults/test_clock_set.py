"""The clock of the machine is set while jobs run, by Debian's libfaketime."""

from pathlib import Path

import pytest

from tests.support.gateway_process import SLOW, Gateway, fasta

pytestmark = pytest.mark.faults

LIBRARY = next(iter(Path("/usr/lib").glob("*/faketime/libfaketime.so.1")), None)


class Clock:
    """A file with the offset of the clock, which the library reads each time."""

    def __init__(self, path: Path):
        self.path = path
        self.set("+0")

    def set(self, offset: str) -> None:
        self.path.write_text(offset)

    def variables(self) -> dict[str, str]:
        assert LIBRARY, "No libfaketime: run scripts/debian-packages"
        return {
            "LD_PRELOAD": str(LIBRARY),
            "FAKETIME_TIMESTAMP_FILE": str(self.path),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }


@pytest.fixture
def clock(tmp_path):
    return Clock(tmp_path / "clock")


@pytest.fixture
def gateway(tmp_path, clock):
    settings = {"PREP_SWEEP_INTERVAL_SECONDS": "1", "PREP_DOWNLOAD_GRACE_SECONDS": "0"}
    gateway = Gateway(tmp_path / "runs", **settings, **clock.variables()).start()
    yield gateway
    gateway.stop()


@pytest.mark.parametrize("offset", ["+10m", "+3h", "-3h"])
def test_clock_that_is_set_ends_no_job_and_removes_no_result(gateway, clock, offset):
    done = gateway.submit(fasta(20))
    assert gateway.finish(done)["event"] == "done"
    running = gateway.submit(fasta(400, 100), **SLOW)
    gateway.wait_for(running, lambda event: event["data"].get("stage") == "projecting")
    clock.set(offset)
    assert gateway.finish(running)["event"] == "done"
    sweeps = gateway.log.read_text().count("run_removed")
    assert gateway.bundle(done).status_code == 200 and sweeps == 0
