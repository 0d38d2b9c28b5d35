"""Read the lines of a FASTA file, plain or compressed, up to a number of bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedIOBase, BufferedReader
from pathlib import Path
from typing import cast

from steps.errors import StepError
from steps.formats import DAMAGED, START, compression_of, other_format, unpacked
from steps.normalize.limits import above

#: Number, counted from 1, and text of a line. A plain tuple: a file has millions of them.
type Line = tuple[int, bytes]

_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def malformed(message: str) -> StepError:
    """Return the error for a file that is not FASTA."""
    return StepError("MALFORMED_FASTA", message)


def numbered_lines(path: Path, max_bytes: int | None) -> Iterator[Line]:
    """Yield the lines that are not blank, without their ends (\\n, \\r\\n or \\r).

    Args:
        path: a text file, plain or compressed (recognised by its first bytes).
        max_bytes: how much is read at most, unpacked.

    Raises:
        StepError: FILE_TOO_LARGE; MALFORMED_FASTA for damage, UTF-16 and other formats.
    """
    number, total = 0, 0
    with path.open("rb") as file:
        kind = compression_of(file.peek(8))
        stream = unpacked(file)
        _check_start(stream, kind)
        while True:
            # The size bounds memory against gzip bombs and endless lines.
            limit = -1 if max_bytes is None else max_bytes - total + 1
            chunk = stream.readline(limit) if kind is None else _unpacked_line(stream, limit, kind)
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
                chunk = chunk.removeprefix(_UTF8_MARK)
            for line in chunk.removesuffix(b"\n").removesuffix(b"\r").split(b"\r"):
                number += 1
                if line.strip():
                    yield number, line


def _check_start(stream: BufferedIOBase, kind: str | None) -> None:
    """Refuse files that are not FASTA by their first bytes."""
    with _damage_explained(kind):
        start = cast(BufferedReader, stream).peek(START)
    if start.startswith(_UTF16_MARKS):
        raise malformed("The file is UTF-16 text. Save it as UTF-8 or plain text.")
    if found := other_format(start.removeprefix(_UTF8_MARK)):
        raise malformed(found)


def _unpacked_line(stream: BufferedIOBase, limit: int, kind: str) -> bytes:
    with _damage_explained(kind):
        return stream.readline(limit)


@contextmanager
def _damage_explained(kind: str | None) -> Iterator[None]:
    """Turn errors of unpacking into a sentence."""
    try:
        yield
    except DAMAGED as error:
        if kind is None:
            raise
        raise malformed(
            f"The {kind} file is damaged or ends too early. Compress it again, "
            "or use the unpacked file."
        ) from error
