"""A disk that is full: uploads are refused, runs end with a code, and all goes on afterwards."""

import errno
import subprocess
import threading

import pytest

from tests.support.gateway_process import SLOW, Gateway, fasta, processes_below
from tests.support.waiting import wait_until

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path):
    """A file system of 24 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(folder)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"needs root, to mount a small file system: {done.stderr.strip()}")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def gateway(disk):
    settings = {"PREP_MIN_FREE_BYTES": "0", "PREP_MAX_CONCURRENT_JOBS": "1", "PREP_CACHE": "none"}
    gateway = Gateway(disk / "runs", **settings)
    gateway.log = disk.with_suffix(".log")
    yield gateway.start()
    gateway.stop()


class Filler:
    """Takes every byte that there is and, while it is kept, every one that is given back."""

    def __init__(self, disk):
        self.path, self._ended = disk / "other", threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def __enter__(self):
        self.fill()
        return self

    def fill(self) -> None:
        for size in (1 << 20, 4096, 1):
            try:
                with self.path.open("ab", buffering=0) as file:
                    while file.write(bytes(size)) == size:
                        pass
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def keep(self) -> None:
        self._thread.start()

    def _keep(self) -> None:
        while not self._ended.wait(0.002):
            self.fill()

    def __exit__(self, *error) -> None:
        self._ended.set()
        if self._thread.ident:
            self._thread.join()
        self.path.unlink()


def projecting(gateway) -> str:
    job_id = gateway.submit(fasta(400, 100), **SLOW)
    gateway.wait_for(job_id, lambda event: event["data"].get("stage") == "projecting")
    return job_id


def test_uploads_get_507_while_there_is_too_little_room_and_then_202(disk):
    gateway = Gateway(disk / "runs", PREP_MIN_FREE_BYTES=str(8 << 20)).start()
    try:
        with Filler(disk):
            answer = gateway.post()
            assert (answer.status_code, answer.json()["code"]) == (507, "DISK_FULL")
            assert gateway.client.get("/readyz").status_code == 503
        assert gateway.finish(gateway.submit())["event"] == "done"
    finally:
        gateway.stop()


def test_an_upload_that_finds_the_disk_full_gets_507_and_leaves_nothing(disk, gateway):
    with Filler(disk) as filler:
        # What the reserve gives way to is taken as well.
        filler.keep()
        answer = gateway.post(fasta(1500, 100))
        assert (answer.status_code, answer.json()["code"]) == (507, "DISK_FULL"), answer.text
    names = {path.name for path in gateway.root.iterdir()}
    assert names <= {".lock", ".reserve"}
    assert gateway.finish(gateway.submit())["event"] == "done"


def test_a_run_that_finds_the_disk_full_ends_with_its_code(disk, gateway):
    job_id = projecting(gateway)
    with Filler(disk):
        error = gateway.finish(job_id)
        assert error["data"]["code"] == "DISK_FULL", error
        assert gateway.state(job_id)["status"] == "failed"
        assert not processes_below(gateway.root / job_id)
    assert gateway.finish(gateway.submit())["event"] == "done"


def test_a_run_that_loses_every_byte_it_gives_back_has_an_end(disk, gateway):
    job_id = projecting(gateway)
    with Filler(disk) as filler:
        filler.keep()
        wait_until(lambda: not processes_below(gateway.root / job_id))
        assert gateway.client.get("/healthz").status_code == 200
    # It may just have been about to be resumed when there was room again.
    end = gateway.finish(job_id)
    assert end["event"] == "done" or end["data"]["code"] == "DISK_FULL"


def test_a_gateway_killed_on_a_full_disk_starts_and_tells_the_end(disk, gateway):
    job_id = projecting(gateway)
    with Filler(disk):
        gateway.kill()
        wait_until(lambda: not processes_below(gateway.root / job_id))
        gateway.start()
        assert gateway.finish(job_id)["data"]["code"] == "DISK_FULL"
    assert gateway.finish(gateway.submit())["event"] == "done"
