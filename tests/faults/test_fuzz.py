"""Tens of thousands of uploads that are wrong in some way, through the real server.

`FAULTS_UPLOADS` says how many, `FAULTS_SEED` which; without it they are the same each time.
"""

import asyncio
import json
import os
import socket
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest

from tests.support.gateway_process import Gateway
from tests.support.generated import Upload
from tests.support.hostile import neighbour
from tests.support.rawhttp import Raw, check

pytestmark = pytest.mark.faults

UPLOADS = int(os.environ.get("FAULTS_UPLOADS", "20000"))
SEED = os.environ.get("FAULTS_SEED") or "1"
CONNECTIONS = 6
#: After the first uploads memory may grow by no more than this, whatever their number.
_MOST_BYTES = 25e6
_ALLOWED = {202, 400, 403, 404, 405, 408, 413, 422, 431}


class Fuzzed(Gateway):
    """A gateway all of whose folders are a test's own; its one running job waits for ever."""

    def __init__(self, folder: Path):
        self.scratch = {name: folder / name for name in ("home", "tmp", "cwd")}
        for path in self.scratch.values():
            path.mkdir()
        self.silent = socket.create_server(("127.0.0.1", 0))
        settings = {
            "HOME": str(self.scratch["home"]),
            "TMPDIR": str(self.scratch["tmp"]),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "PREP_BIOCENTRAL_URL": f"http://127.0.0.1:{self.silent.getsockname()[1]}",
            "PREP_EMBEDDER": "prot_t5",
            "PREP_MAX_CONCURRENT_JOBS": "1",
            "PREP_PIPELINE_TIMEOUT_SECONDS": "3000",
            "PREP_BUNDLE_TTL_SECONDS": "1",
            "PREP_SWEEP_INTERVAL_SECONDS": "2",
            "PREP_UPLOAD_SECONDS": "2",
            "PREP_RATE_LIMIT": "100000/second",
            "PREP_REFUSED_RATE_LIMIT": "100000/second",
        }
        super().__init__(folder / "runs", **settings)
        self.folder = self.scratch["cwd"]

    def listing(self) -> dict[str, list[str]]:
        """All that lies outside the run root and could have been written there."""
        beside = {path.name for path in self.root.parent.iterdir()} - {"cache"}
        within = {n: sorted(map(str, p.rglob("*"))) for n, p in self.scratch.items()}
        return {"beside": sorted(beside), **within}


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    gateway = Fuzzed(tmp_path_factory.mktemp("fuzz")).start()
    yield gateway
    gateway.stop()
    gateway.silent.close()


class Run:
    """Sends the uploads and looks at each answer."""

    def __init__(self, gateway: Fuzzed):
        self.gateway, self.process = gateway, psutil.Process(gateway.process.pid)
        self.codes, self.sent, self.memory = Counter(), 0, []

    async def all(self) -> None:
        await asyncio.gather(*(self.some(first) for first in range(CONNECTIONS)))

    async def some(self, first: int) -> None:
        raw = Raw(self.gateway.port)
        for number in range(first, UPLOADS, CONNECTIONS):
            upload = Upload(f"{SEED}:{number}")
            answer = await raw.ask(upload.request)
            # A garbled head may be two requests, or none that can be answered.
            if not (upload.garbled and answer.status in (0, 200)):
                check(answer, _ALLOWED, f"FAULTS_SEED={SEED}, {number}: {upload.request[:2000]!r}")
            self.codes[answer.code] += 1
            if answer.status == 202:
                job_id = json.loads(answer.body)["job_id"]
                await raw.ask(f"DELETE /api/prepare/{job_id} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            # What was refused unread may not end where the next request begins.
            if upload.garbled or answer.code == "FOREIGN_ORIGIN":
                raw.close()
            self.sent += 1
            if self.sent % (UPLOADS // 20) == 0:
                self.memory.append(self.process.memory_info().rss)
        raw.close()


def test_no_upload_is_a_fault_of_the_server(fuzzed, capsys):
    blocker, before = fuzzed.submit(), fuzzed.listing()
    # What the first sweep loads is no growth.
    time.sleep(3)
    run, begin = Run(fuzzed), time.monotonic()
    with neighbour(fuzzed) as took:
        asyncio.run(run.all())
    seconds = time.monotonic() - begin
    with capsys.disabled():
        print(f"\n{UPLOADS} uploads, FAULTS_SEED={SEED}: {UPLOADS / seconds:.0f} a second")
        print(*(f"{count:7} {code}" for code, count in run.codes.most_common()), sep="\n")
        print(f"an honest client waited {max(took):.3f} s at most")
        print("MB of memory:", *(round(rss / 1e6) for rss in run.memory[1::3]))
    fuzzed.client.delete(f"/api/prepare/{blocker}")
    assert max(run.memory) - run.memory[2] < _MOST_BYTES
    assert fuzzed.listing() == before
    assert not list(fuzzed.root.glob(".incoming-*"))
    assert run.codes["202"] > 0.01 * UPLOADS and run.codes["0"] < 0.01 * UPLOADS
    assert fuzzed.answers() and "Traceback" not in fuzzed.log.read_text()
