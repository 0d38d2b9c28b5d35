"""Read the lines of a FASTA file, plain or gzip, with any line ends, up to a number of bytes."""

import gzip
import zlib
from collections.abc import Iterator
from io import BufferedIOBase, BufferedReader
from pathlib import Path

from steps.errors import StepError

#: Number, counted from 1, and text of a line. A plain tuple: a file has millions of them.
type Line = tuple[int, bytes]

_GZIP = b"\x1f\x8b"
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def malformed(message: str) -> StepError:
    """Return the error for a file that is not FASTA."""
    return StepError("MALFORMED_FASTA", message)


def above(value: int, limit: int | None) -> bool:
    """Return whether a value exceeds a limit; `None` is no limit."""
    return limit is not None and value > limit


def numbered_lines(path: Path, max_bytes: int | None) -> Iterator[Line]:
    """Yield the lines that are not blank, without their ends (\\n, \\r\\n or \\r).

    Args:
        path: a text file, plain or gzip (recognised by its first bytes).
        max_bytes: how much is read at most, unpacked.

    Raises:
        StepError: FILE_TOO_LARGE; MALFORMED_FASTA for damaged gzip and for UTF-16.
    """
    number, total = 0, 0
    with path.open("rb") as file:
        stream = _unpacked(file)
        while True:
            # The size bounds memory against gzip bombs and endless lines.
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


def _unpacked(file: BufferedReader) -> BufferedIOBase:
    packed = file.peek(len(_GZIP)).startswith(_GZIP)
    return gzip.open(file, "rb") if packed else file


def _read_line(stream: BufferedIOBase, limit: int) -> bytes:
    try:
        return stream.readline(limit)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise malformed(
            "The gzip file is damaged or ends too early. Compress it again, "
            "or use the unpacked file."
        ) from error


def _without_mark(chunk: bytes) -> bytes:
    if chunk.startswith(_UTF16_MARKS):
        raise malformed("The file is UTF-16 text. Save it as UTF-8 or plain text.")
    return chunk.removeprefix(_UTF8_MARK)
