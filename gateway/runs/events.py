"""The events of a run: one line each in events.jsonl, numbered from 1, followed by clients.

Clients read the file, each from where it is, so a slow one costs a file position and loses nothing.
"""

import asyncio
import errno
import json
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gateway.runs import disk, jsonl

TERMINAL = frozenset({"done", "error"})
_KEYS = {"id", "event", "data"}
_SCHEMA_VERSION = 1


@dataclass(frozen=True)
class Event:
    """One event as clients get it; `data` is ready for JSON."""

    id: int
    name: str
    data: dict[str, Any]

    @property
    def terminal(self) -> bool:
        """Whether no event follows this one."""
        return self.name in TERMINAL


class EventLog:
    """Events of one run. `append` belongs to one writer, `follow` to any number of readers.

    `left` is when the last reader went away (seconds since the epoch).
    """

    def __init__(self, path: Path) -> None:
        self.path, self.readers, self.closed = path, 0, False
        self.left = time.time()
        # A gateway that was killed while writing leaves a line that no client got.
        jsonl.repair(path)
        events = self.all()
        self.last = events[-1] if events else None
        self._changed = asyncio.Event()

    def append(self, name: str, data: dict[str, Any]) -> None:
        """Write and announce an event; do nothing after a terminal one.

        Raises:
            OSError: it cannot be written.
        """
        if self.last and self.last.terminal:
            return
        event = Event(self.last.id + 1 if self.last else 1, name, data)
        entry = {"schema_version": _SCHEMA_VERSION, "id": event.id, "event": name, "data": data}
        line = json.dumps(entry) + "\n"
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
            self.left = time.time()

    def _read(self, position: int) -> tuple[list[Event], int]:
        """Return the events of whole lines from a byte position on, and the position after them."""
        try:
            with self.path.open("rb") as file:
                file.seek(position)
                text = file.read()
        except FileNotFoundError:
            return [], position
        whole = jsonl.whole(text)
        found = [entry for entry in jsonl.parse(whole) if entry.keys() >= _KEYS]
        events = [Event(entry["id"], entry["event"], entry["data"]) for entry in found]
        return events, position + len(whole)

    def all(self) -> list[Event]:
        """Return all events so far."""
        return self._read(0)[0]
