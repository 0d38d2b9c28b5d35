"""The lines of a FASTA file, whatever ends or packs them, within a bound."""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from steps.errors import StepError


def malformed(message: str) -> StepError:
    return StepError("MALFORMED_FASTA", message)


def above(value: int, limit: int | None) -> bool:
    return limit is not None and value > limit


def numbered_lines(path: Path, max_bytes: int | None) -> Iterator[tuple[int, bytes]]:
    """Numbered lines that are not blank, without their ends; \\n, \\r\\n and \\r all end a line."""
    number, total = 0, 0
    with path.open("rb") as file:
        stream = _unpacked(file)
        while True:
            # A bound on each read keeps a gzip bomb or an endless line out of memory.
            chunk = _read_line(stream, -1 if max_bytes is None else max_bytes - total + 1)
            if not chunk:
                return
            total += len(chunk)
            if above(total, max_bytes):
                raise StepError(
                    "FILE_TOO_LARGE",
                    f"The file is larger than {max_bytes:,} bytes (unpacked). "
                    "Split it or use fewer sequences.",
                )
            if number == 0:
                chunk = _without_mark(chunk)
            for line in chunk.removesuffix(b"\n").removesuffix(b"\r").split(b"\r"):
                number += 1
                if line.strip():
                    yield number, line


def _unpacked(file: BinaryIO) -> BinaryIO:
    magic = file.peek(2)[:2]
    return gzip.open(file, "rb") if magic == b"\x1f\x8b" else file


def _read_line(stream: BinaryIO, limit: int) -> bytes:
    try:
        return stream.readline(limit)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise malformed(
            "The gzip file is damaged or ends too early. Compress it again, "
            "or use the unpacked file."
        ) from error


def _without_mark(chunk: bytes) -> bytes:
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise malformed("The file is UTF-16 text. Save it as UTF-8 or plain text.")
    return chunk.removeprefix(b"\xef\xbb\xbf")
