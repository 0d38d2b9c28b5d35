"""The events of a run: one line each in events.jsonl, numbered from 1, followed by clients.

Clients read the file, each from where it is, so a slow one costs a file position and loses nothing.
"""

import asyncio
import errno
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal, NotRequired, Self, TypedDict

from pydantic import Field, TypeAdapter, model_validator

from gateway.runs import disk, jsonl
from gateway.runs.stored import Stored
from gateway.settings import Stage

Name = Literal["queued", "progress", "done", "error"]
TERMINAL = frozenset({"done", "error"})


class Queued(TypedDict):
    """Data of `queued`; 0 is the start."""

    job_id: str
    queue_position: Annotated[int, Field(ge=0)]
    running: int


class Progress(TypedDict):
    """Data of `progress`; `elapsed` in seconds, `done` and `total` where a step counts."""

    job_id: str
    stage: Stage
    elapsed: Annotated[float, Field(ge=0, allow_inf_nan=False)]
    done: NotRequired[int]
    total: NotRequired[int]
    missing_sources: NotRequired[list[str]]


class Done(TypedDict):
    """Data of `done`; `expires` is when the result goes, in seconds since 1970 as of then."""

    job_id: str
    download_url: str
    warnings: list[str]
    expires: NotRequired[float]


class Failed(TypedDict):
    """Data of `error`."""

    job_id: str
    message: str | None
    code: str | None
    colab_url: NotRequired[str]


class Event(Stored):
    """One event as clients get it; `data` is ready for JSON."""

    id: Annotated[int, Field(ge=1, le=1 << 53)]
    event: Name
    data: dict[str, Any]

    @model_validator(mode="after")
    def _data_is_of_event(self) -> Self:
        _DATA[self.event].validate_python(self.data)
        return self

    @property
    def terminal(self) -> bool:
        """Whether no event follows this one."""
        return self.event in TERMINAL


_DATA: dict[str, TypeAdapter[Any]] = {
    "queued": TypeAdapter(Queued),
    "progress": TypeAdapter(Progress),
    "done": TypeAdapter(Done),
    "error": TypeAdapter(Failed),
}
_EVENT = TypeAdapter(Event)


class EventLog:
    """Events of one run. `append` belongs to one writer, `follow` to any number of readers."""

    def __init__(self, path: Path) -> None:
        self.path, self.readers, self.closed = path, 0, False
        self._left = time.monotonic()
        # A gateway that was killed while writing leaves a line that no client got.
        jsonl.repair(path)
        events = self.all()
        self.last = events[-1] if events else None
        self._changed = asyncio.Event()

    def append(self, name: Name, data: dict[str, Any]) -> None:
        """Write and announce an event; do nothing after a terminal one.

        Raises:
            OSError: it cannot be written.
        """
        if self.last and self.last.terminal:
            return
        event = Event(id=self.last.id + 1 if self.last else 1, event=name, data=data)
        line = event.model_dump_json() + "\n"
        disk.insist(self.path.parent.parent, lambda: self._write(line.encode()))
        self.last = event
        self._announce()

    def _write(self, line: bytes) -> None:
        """Write a whole line or, on a full disk, nothing."""
        with self.path.open("ab", buffering=0) as file:
            start = file.tell()
            try:
                if file.write(line) < len(line):
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            except OSError:
                file.truncate(start)
                raise

    @property
    def seconds_alone(self) -> float:
        """How long nobody has followed the run; 0 while anybody does."""
        return 0.0 if self.readers else time.monotonic() - self._left

    def close(self) -> None:
        """End all followers: the run is being removed, or the gateway stops."""
        self.closed = True
        self._announce()

    def _announce(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    async def follow(self, after: int = 0) -> AsyncIterator[Event]:
        """Yield events with ids above `after`, then new ones as they come, up to the terminal one.

        An id that this run never gave counts as 0.
        """
        position, seen = 0, after if self.last and after <= self.last.id else 0
        self.readers += 1
        try:
            while not self.closed:
                changed = self._changed
                events, position = self._read(position)
                for event in events:
                    if event.id > seen:
                        seen = event.id
                        yield event
                if self.last and self.last.terminal and seen >= self.last.id:
                    return
                if not events:
                    await changed.wait()
        finally:
            self.readers -= 1
            self._left = time.monotonic()

    def _read(self, position: int) -> tuple[list[Event], int]:
        """Return the events of whole lines from a byte position on, and the position after them."""
        try:
            with self.path.open("rb") as file:
                file.seek(position)
                text = file.read()
        except FileNotFoundError:
            return [], position
        whole = jsonl.whole(text)
        return jsonl.parse(whole, _EVENT), position + len(whole)

    def all(self) -> list[Event]:
        """Return all events so far."""
        return self._read(0)[0]
