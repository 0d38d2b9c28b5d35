"""Attack a gateway in many ways, and measure what becomes of an honest user meanwhile.

It starts a gateway of its own on 127.0.0.1, below a temporary folder. The honest user uploads small
files as long as an attack lasts, and follows their jobs to the end. The table has for each attack:
tries; honest jobs that were lost; answers 500; the longest that an honest upload took; how much
more memory the gateway's process had at most; and seconds of a core for each try, of which honest
uploads take some.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from http_load import follow, post, sequences, upload
from measure import ROOT
from serving import configure, serving

sys.path.insert(0, str(ROOT))
from tests.support.cost import Cost
from tests.support.hostile_files import FILES

AT_ONCE, CONNECTIONS, STREAMS = 12, 300, 1000
#: How long connections are held that do nothing.
HELD_SECONDS = 5
EVIL = "127.0.0.2"
_FORM = "POST /api/prepare HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n"
_FORM += "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n"
#: Takes a port and returns the status of each answer.
Attack = Callable[[int], Awaitable[list[int]]]


@dataclass
class Honest:
    """A user who uploads one file after the other."""

    port: int
    is_over: bool = False
    lost: int = 0
    seconds: list[float] = field(default_factory=list)

    async def keep_uploading(self) -> None:
        """Upload at least once, and follow each job to its end."""
        while not self.is_over:
            began = time.monotonic()
            answer = await upload(self.port, sequences(20, 40), methods="pca2")
            self.seconds.append(time.monotonic() - began)
            self.lost += await follow(self.port, answer.json["job_id"]) != "done"


async def send_at_once(content: bytes, port: int) -> list[int]:
    """Upload one file from many clients."""
    answers = await asyncio.gather(*(post(port, content) for _ in range(AT_ONCE)))
    return [answer.status for answer in answers]


async def hold(port: int, sent: str, drip: str = "") -> int:
    """Send something, then a byte a second; return the status of an answer that came, or 0."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(EVIL, 0))
    writer.write(sent.encode())
    answer = asyncio.create_task(reader.readline())
    for _ in range(HELD_SECONDS):
        await asyncio.wait([answer], timeout=1)
        writer.write(drip.encode())
    writer.close()
    if not answer.done():
        answer.cancel()
        return 0
    return int(answer.result().split()[1]) if answer.result() else 0


async def hold_many(sent: str, drip: str, port: int) -> list[int]:
    """Hold many connections of one address."""
    return await asyncio.gather(*(hold(port, sent, drip) for _ in range(CONNECTIONS)))


async def follow_often(port: int) -> list[int]:
    """Open more streams from one address than it may have."""
    job_id = (await upload(port, sequences(1500, 300), methods="tsne2")).json["job_id"]
    request = f"GET /api/prepare/{job_id}/events HTTP/1.1\r\nHost: x\r\n\r\n"
    return await asyncio.gather(*(hold(port, request) for _ in range(STREAMS)))


def attacks() -> dict[str, Attack]:
    files = {f"file: {name}": partial(send_at_once, make()) for name, make in FILES.items()}
    return files | {
        f"{STREAMS} streams of one address": follow_often,
        f"{CONNECTIONS} connections that say nothing": partial(hold_many, "", ""),
        f"{CONNECTIONS} requests of a byte a second": partial(hold_many, "GET /", "x"),
        f"{CONNECTIONS} uploads of a byte a second": partial(hold_many, _FORM, "x"),
    }


async def measure(name: str, attack: Attack, port: int, pid: int) -> None:
    """Print a row of the table."""
    honest, cost = Honest(port), Cost(pid)
    uploading = asyncio.create_task(honest.keep_uploading())
    statuses = await attack(port)
    honest.is_over = True
    await uploading
    print(
        f"{name:<52} {len(statuses):6} {honest.lost:6} {statuses.count(500):6}"
        f" {max(honest.seconds):8.2f} s {cost.bytes() / 1e6:6.0f} MB"
        f" {cost.seconds() / len(statuses):6.2f} s",
        flush=True,
    )


async def benchmark(only: str) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        configure(folder)
        async with serving(folder) as (port, process):
            print(f"{'attack':<52} {'tries':>6} {'lost':>6} {'500s':>6} {'delay':>10}", end=" ")
            print(f"{'memory':>9} {'a try':>8}")
            await measure("nothing", send_nothing, port, process.pid)
            for title, attack in attacks().items():
                if only in title:
                    await measure(title, attack, port, process.pid)


async def send_nothing(port: int) -> list[int]:
    """Let the honest user be alone."""
    await asyncio.sleep(HELD_SECONDS)
    return [0]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", metavar="TEXT", help="attacks with it in the name")
    asyncio.run(benchmark(options.parse_args().only))


if __name__ == "__main__":
    main()
