"""Files of JSON objects, one a line, whose writer may be killed in the middle of one."""

import contextlib
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError


def parse[T](text: bytes, kind: TypeAdapter[T]) -> list[T]:
    """Return the objects of whole lines; skip lines that hold none of that kind."""
    found = []
    for line in text.splitlines():
        # A writer was killed in the middle of it, or the file is damaged.
        with contextlib.suppress(ValidationError):
            found.append(kind.validate_json(line))
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


class Tail[T]:
    """Read new objects of a growing file; from its start where another file took its place."""

    def __init__(self, path: Path, kind: TypeAdapter[T]) -> None:
        self.path, self.kind, self.position, self._inode = path, kind, 0, 0

    def read(self) -> list[T]:
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
        return parse(text, self.kind)
