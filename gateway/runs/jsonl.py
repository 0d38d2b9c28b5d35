"""Files of JSON objects, one a line, whose writer may be killed in the middle of one."""

import json
import os
from pathlib import Path
from typing import Any


def parse(text: bytes) -> list[dict[str, Any]]:
    """Return the objects of whole lines; skip lines corrupted by a killed writer."""
    found = []
    for line in text.splitlines():
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            found.append(entry)
    return found


def whole(text: bytes) -> bytes:
    """Return the lines that are complete; the rest is still being written."""
    return text[: text.rfind(b"\n") + 1]


def repair(path: Path) -> None:
    """Truncate a file to its last whole line, so that the next one does not continue a torn one."""
    try:
        with path.open("rb+") as file:
            text = file.read()
            if text != whole(text):
                file.truncate(len(whole(text)))
    except FileNotFoundError:
        pass


class Tail:
    """Read new objects of a growing file; from its start where another file took its place."""

    def __init__(self, path: Path) -> None:
        self.path, self.position, self._inode = path, 0, 0

    def read(self) -> list[dict[str, Any]]:
        """Return the objects since the last call."""
        try:
            with self.path.open("rb") as file:
                found = os.fstat(file.fileno())
                if found.st_ino != self._inode or found.st_size < self.position:
                    self.position, self._inode = 0, found.st_ino
                file.seek(self.position)
                text = whole(file.read())
        except FileNotFoundError:
            return []
        self.position += len(text)
        return parse(text)
