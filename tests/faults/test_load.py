"""As many jobs, followers and uploads as the server is meant for; none is lost or held up for ever.

`FAULTS_LOAD_SECONDS` says for how long.
"""

import asyncio
import json
import os
import random
import time
from collections import Counter

import psutil
import pytest

from tests.support.gateway_process import Gateway, fasta
from tests.support.rawhttp import Raw
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("FAULTS_LOAD_SECONDS", "60"))
READERS, UPLOADS_A_SECOND, JOBS = 500, 20, 55
MOST_BYTES = 20e6
#: The server closes a connection after 5 s without a byte.
IDLE_SECONDS = 3


def request(seed: int) -> bytes:
    body = (
        b'--x\r\nContent-Disposition: form-data; name="methods"\r\n\r\npca2\r\n'
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="x.fasta"\r\n\r\n'
        + fasta(200, 300, seed).encode()
        + b"\r\n--x--\r\n"
    )
    head = (
        "POST /api/prepare HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Load:
    """Clients of all kinds, and what they met."""

    def __init__(self, gateway: Gateway, seconds: float):
        self.gateway, self.seconds, self.jobs, self.idle = gateway, seconds, [], []
        self.uploads, self.streams = Counter(), Counter()
        self.health, self.readers, self.most_readers = [], 0, 0
        self.requests = [request(seed) for seed in range(10)]

    async def upload(self) -> str:
        raw = self._connection()
        answer = await raw.ask(random.choice(self.requests))
        self.idle.append((time.monotonic(), raw))
        if answer.status == 202:
            self.jobs.append(json.loads(answer.body)["job_id"])
        return answer.code

    def _connection(self) -> Raw:
        """Return one that is kept, unless the server may be about to close it."""
        since, raw = self.idle.pop() if self.idle else (0.0, Raw(self.gateway.port))
        if time.monotonic() - since > IDLE_SECONDS:
            raw.close()
        return raw

    async def fill(self) -> None:
        """Take all places, those of running jobs and those of waiting ones."""
        while await self.upload() == "202":
            pass

    async def keep_uploading(self) -> None:
        """At a fixed rate, whether or not the answers keep up."""
        async with asyncio.TaskGroup() as sent:
            begin = time.monotonic()
            for number in range(int(self.seconds * UPLOADS_A_SECOND)):
                await asyncio.sleep(begin + number / UPLOADS_A_SECOND - time.monotonic())
                sent.create_task(self._counted())

    async def _counted(self) -> None:
        self.uploads[await self.upload()] += 1

    async def keep_reading(self) -> None:
        """Follow one job after the other to its end."""
        while True:
            self.streams[await self._follow(random.choice(self.jobs[-JOBS:]))] += 1
            await asyncio.sleep(0.5)

    async def _follow(self, job_id: str) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.gateway.port)
        try:
            path = f"/api/prepare/{job_id}/events"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            if b" 200 " not in await reader.readline():
                return "refused"
            self.readers += 1
            self.most_readers = max(self.most_readers, self.readers)
            last = [line async for line in reader if line.startswith(b"event: ")][-1]
            self.readers -= 1
            return last.decode().split()[1]
        finally:
            writer.close()

    async def keep_asking(self) -> None:
        raw = Raw(self.gateway.port)
        while True:
            begin = time.perf_counter()
            assert (await raw.ask(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")).status == 200
            self.health.append(time.perf_counter() - begin)
            await asyncio.sleep(0.05)

    async def run(self) -> None:
        await self.fill()
        others = [self.keep_reading() for _ in range(READERS)] + [self.keep_asking()]
        tasks = [asyncio.create_task(other) for other in others]
        await self.keep_uploading()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.most_readers <= 0.9 * READERS:
                await asyncio.sleep(0.05)
        self.footprint = footprint(self.gateway)
        failed = [task.exception() for task in tasks if task.done()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for _, raw in self.idle:
            raw.close()
        assert not failed, failed[0]

    def end(self) -> tuple[int, int]:
        """Cancel all jobs; what the server needs afterwards."""
        for job_id in self.jobs:
            self.gateway.client.delete(f"/api/prepare/{job_id}")
        wait_until(lambda: footprint(self.gateway)[0] < 50)
        return footprint(self.gateway)


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def footprint(gateway: Gateway) -> tuple[int, int]:
    """Open files and bytes of memory."""
    process = psutil.Process(gateway.process.pid)
    return process.num_fds(), process.memory_info().rss


@pytest.fixture
def gateway(tmp_path):
    limits = {"PREP_RATE_LIMIT": "9999/minute", "PREP_REFUSED_RATE_LIMIT": "9999/minute"}
    # All readers have one address here.
    limits |= {"PREP_MAX_STREAMS_PER_CLIENT": "1000", "PREP_MAX_STREAMS_PER_RUN": "1000"}
    gateway = Gateway(tmp_path / "runs", **limits).start()
    assert gateway.finish(gateway.submit())["event"] == "done"
    yield gateway
    gateway.stop()


def test_a_full_server_under_load_refuses_only_as_stated(gateway, capsys):
    # Memory that the first crowd needed is kept for the next one; it must not grow with each.
    first = Load(gateway, 5)
    asyncio.run(first.run())
    before, load = first.end(), Load(gateway, SECONDS)
    asyncio.run(load.run())
    after, p99 = load.end(), percentile(load.health, 0.99)
    with capsys.disabled():
        print(f"\n{SECONDS:g} s; {load.most_readers} readers; uploads {dict(load.uploads)}")
        print(f"streams that ended: {dict(load.streams)}; jobs {len(load.jobs)}")
        median, most = percentile(load.health, 0.5), max(load.health)
        print(f"/healthz: p50 {median:.3f} s, p99 {p99:.3f} s, at most {most:.3f} s")
        for name, found in {"before": before, "under": load.footprint, "after": after}.items():
            print(f"{name:7} {found[0]:5} open files {found[1] / 1e6:6.0f} MB")
    assert set(load.uploads) <= {"202", "RATE_LIMITED", "QUEUE_FULL"}
    # At one moment: between two jobs each reader pauses, all those of a job at once.
    assert set(load.streams) <= {"done"} and load.most_readers > 0.9 * READERS
    assert after[0] <= before[0] + 2 and after[1] - before[1] < MOST_BYTES
