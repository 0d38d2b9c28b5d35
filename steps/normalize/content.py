"""Read the content of a FASTA file, plain or compressed, up to a number of bytes."""

from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path

from steps.errors import StepError
from steps.formats import DAMAGED, START, compression_of, count_streams, other_format, unpacked
from steps.normalize.limits import above

_BLOCK = 1 << 20
#: Compressed files may be joined in a row, one for each so many bytes that are read at most: each
#: takes time, even if it is empty. Those of bgzip hold 65,280 bytes.
_STREAM_BYTES = 4096
_UTF8_MARK, _UTF16_MARKS = b"\xef\xbb\xbf", (b"\xff\xfe", b"\xfe\xff")


def malformed(message: str) -> StepError:
    """Return the error for a file that is not FASTA."""
    return StepError("MALFORMED_FASTA", message)


def whole_lines(path: Path, max_bytes: int | None) -> Iterator[bytes]:
    """Yield the content of a file in parts of some megabytes, each of which ends with a line.

    Args:
        path: a text file, plain or compressed (recognised by its first bytes). Its lines end with
            \\n, \\r\\n or \\r.
        max_bytes: how much is read at most, unpacked.

    Raises:
        StepError: FILE_TOO_LARGE; INVALID_INPUT for a file that cannot be opened;
            MALFORMED_FASTA for damage, UTF-16 and other formats.
    """
    rest = b""
    for block in _blocks(path, max_bytes):
        data = rest + block if rest else block
        end = data.rfind(b"\n") + 1 or data.rfind(b"\r", 0, -1) + 1
        if end:
            yield data[:end]
        rest = data[end:]
    if rest:
        yield rest


def count_lines(text: bytes) -> int:
    """Return the number of line ends in a text."""
    return text.count(b"\n") + text.count(b"\r") - text.count(b"\r\n")


def _blocks(path: Path, max_bytes: int | None) -> Iterator[bytes]:
    """Yield the unpacked content; the size bounds memory against bombs and endless lines."""
    total = 0
    with _opened(path) as file:
        kind = compression_of(file.peek(8))
        if kind and max_bytes is not None:
            _check_streams(file, kind, max_bytes // _STREAM_BYTES)
        stream = unpacked(file)
        while True:
            left = _BLOCK if max_bytes is None else min(_BLOCK, max_bytes - total + 1)
            try:
                block = stream.read(left)
            except DAMAGED as error:
                if kind is None:
                    raise
                raise _damaged(kind) from error
            if not block:
                return
            if above(total + len(block), max_bytes):
                raise StepError(
                    "FILE_TOO_LARGE",
                    f"The file is larger than {max_bytes:,} bytes (unpacked). "
                    "Split it or use fewer sequences.",
                )
            yield block if total else _checked_start(block)
            total += len(block)


def _opened(path: Path) -> BufferedReader:
    try:
        return path.open("rb")
    except OSError as error:
        raise StepError(
            "INVALID_INPUT",
            f"{path.name} cannot be read ({error.strerror}). Check its path and permissions.",
        ) from error


def _check_streams(file: BufferedReader, kind: str, most: int) -> None:
    """Refuse a row of more than `most` compressed files; leave another file at its beginning."""
    if count_streams(file, kind) > max(1, most):
        raise malformed(
            f"The file is a row of more than {most:,} {kind} files. Unpack it, and compress it "
            "as one."
        )
    file.seek(0)


def _damaged(kind: str) -> StepError:
    return malformed(
        f"The {kind} file is damaged or ends too early. Compress it again, "
        "or use the unpacked file."
    )


def _checked_start(block: bytes) -> bytes:
    """Return the first block without its mark; refuse files that are not FASTA."""
    if block.startswith(_UTF16_MARKS):
        raise malformed("The file is UTF-16 text. Save it as UTF-8 or plain text.")
    block = block.removeprefix(_UTF8_MARK)
    if found := other_format(block[:START]):
        raise malformed(found)
    return block
