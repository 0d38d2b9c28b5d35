"""HTTP for benchmarks: bare asyncio sockets, so that the client takes little of the processor."""

import asyncio
import json
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from math import ceil

TERMINAL = frozenset({"done", "error"})
_BOUNDARY = "benchmark-7d1c0f5e"


@dataclass(frozen=True)
class Answer:
    """`seconds` from opening the connection to the last byte."""

    status: int
    body: bytes
    seconds: float

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@asynccontextmanager
async def _exchange(
    port: int, method: str, path: str, body: bytes = b"", kind: str = ""
) -> AsyncIterator[asyncio.StreamReader]:
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Connection: close"]
    head += [f"Content-Type: {kind}"] if kind else []
    head += [f"Content-Length: {len(body)}", "", ""]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write("\r\n".join(head).encode() + body)
        yield reader
    finally:
        writer.close()


async def request(port: int, method: str, path: str, body: bytes = b"", kind: str = "") -> Answer:
    """One exchange over a connection of its own; the answer must not be chunked."""
    started = time.monotonic()
    async with _exchange(port, method, path, body, kind) as reader:
        head, _, answer = (await reader.read(-1)).partition(b"\r\n\r\n")
    return Answer(int(head.split()[1]), answer, time.monotonic() - started)


async def upload(port: int, fasta: bytes, **fields: str) -> Answer:
    """POST /api/prepare; the answer has been accepted."""
    answer = await post(port, fasta, **fields)
    if answer.status != 202:
        raise RuntimeError(f"An upload was refused: {answer.status} {answer.body.decode()}")
    return answer


async def post(port: int, fasta: bytes, **fields: str) -> Answer:
    """POST /api/prepare, with whatever answer."""
    parts = [_part(f'name="{name}"', value.encode()) for name, value in fields.items()]
    parts.append(_part('name="file"; filename="benchmark.fasta"', fasta))
    body = b"".join(parts) + f"--{_BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={_BOUNDARY}"
    return await request(port, "POST", "/api/prepare", body, kind)


def _part(names: str, content: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Disposition: form-data; {names}\r\n\r\n"
    return head.encode() + content + b"\r\n"


async def follow(port: int, run_id: str, seen: Callable[[], None] = lambda: None) -> str:
    """Read the events of a run up to the terminal one, and return its name.

    `seen` is called at each event. The lengths of chunks stand between the lines and are
    skipped with everything else that is not `event:`.
    """
    name = ""
    async with _exchange(port, "GET", f"/api/prepare/{run_id}/events") as reader:
        async for line in reader:
            if line.startswith(b"event: "):
                name = line.removeprefix(b"event: ").strip().decode()
                seen()
                if name in TERMINAL:
                    return name
    raise RuntimeError(f"The stream of run {run_id} ended without a terminal event ({name!r}).")


class Slot:
    """Keeps one run at work, upload after upload."""

    def __init__(self, port: int):
        self.port, self.run_id = port, ""

    async def work(self, fasta: bytes, methods: str) -> None:
        while True:
            accepted = await upload(self.port, fasta, methods=methods)
            self.run_id = accepted.json["job_id"]
            if await follow(self.port, self.run_id) != "done":
                raise RuntimeError("A run under load failed.")


class Audience:
    """Readers of event streams: which are connected, and how many events they got."""

    def __init__(self) -> None:
        self.connected, self.events = set(), 0

    async def follow(self, slot: Slot) -> None:
        """One reader: follow each run of a slot in turn."""
        followed, reader = "", object()

        def seen() -> None:
            self.connected.add(reader)
            self.events += 1

        while True:
            while slot.run_id == followed:
                await asyncio.sleep(0.05)
            followed = slot.run_id
            await follow(slot.port, followed, seen)
            self.connected.discard(reader)


def sequences(count: int, length: int) -> bytes:
    """FASTA of random proteins, the same ones each time."""
    rng = random.Random(count)
    records = ("".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=length)) for _ in range(count))
    return "".join(f">P{number}\n{record}\n" for number, record in enumerate(records)).encode()


async def paced(call: Callable[[], Awaitable], count: int, interval: float) -> list:
    """Return the result of each call.

    Each starts on time, even if the one before has not ended: a server that is held up must not get
    fewer requests by that.
    """
    begin, tasks = time.monotonic(), []
    async with asyncio.TaskGroup() as group:
        for number in range(count):
            await asyncio.sleep(max(0.0, begin + number * interval - time.monotonic()))
            tasks.append(group.create_task(call()))
    return [task.result() for task in tasks]


@asynccontextmanager
async def background(*coroutines: Coroutine) -> AsyncIterator[None]:
    """Run them beside the body; they end with it, and it ends with the first that fails."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(coroutine) for coroutine in coroutines]
        yield
        for task in tasks:
            task.cancel()


def percentile(values: list[float], percent: float) -> float:
    """The smallest of the values that `percent` of them do not exceed."""
    return sorted(values)[max(0, ceil(len(values) * percent / 100) - 1)]
