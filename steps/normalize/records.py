"""Split the lines of a FASTA file into records; each has a header and the text of its sequence."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from steps.normalize.limits import Counts
from steps.normalize.lines import Line, malformed, numbered_lines
from steps.normalize.residues import GAPS, RESIDUES, UPPER, without_blanks

#: Bytes of the longest header. Those of NCBI's nr name many proteins, each by some 100 characters.
MAX_HEADER = 100_000
_START = b">"


@dataclass(slots=True)
class RawRecord:
    """Header, its line, and the lines of the sequence one after the other, not yet checked."""

    header: str
    line: int
    text: bytearray = field(default_factory=bytearray)


def raw_records(path: Path, max_bytes: int | None, counts: Counts) -> Iterator[RawRecord]:
    """Yield the records of a file.

    Raises:
        StepError: see `numbered_lines`; MALFORMED_FASTA, for text before the first header, an
            empty header, a NUL byte in one, and one that is not UTF-8.
    """
    record: RawRecord | None = None
    for number, line in numbered_lines(path, max_bytes):
        if record and _START not in line:
            record.text += line if line.isascii() else without_blanks(line)
            continue
        before, header = split_at_header(line)
        if record:
            record.text += before if before.isascii() else without_blanks(before)
        elif without_blanks(before):
            raise _text_before_header(number, line)
        if header is None:
            continue
        if record:
            yield record
        if before:
            joined = bool(without_blanks(before))
            counts.joined_lines += joined
            counts.indented_headers += not joined
        record = RawRecord(read_header(header, number), number)
    if record:
        yield record


def split_at_header(line: bytes) -> tuple[bytes, bytes | None]:
    """Return what is before the `>` of a header, and the header behind it.

    A header begins a line, but for blanks; or it follows the residues of another record, where
    files were joined without a line end. Any other `>` is part of the text before.
    """
    if line.startswith(_START):
        return b"", line[1:]
    before, sign, header = line.partition(_START)
    if not sign:
        return line, None
    sequence = without_blanks(before).translate(UPPER, GAPS).removesuffix(b"*")
    if sequence.translate(None, RESIDUES) or (sequence and not header.strip()):
        return line, None
    return before, header


def read_header(text: bytes, number: int) -> str:
    """Return the header on a line, given without its `>`.

    Raises:
        StepError: MALFORMED_FASTA, for an empty or too long header, a NUL byte, and text that is
            not UTF-8.
    """
    if len(text) > MAX_HEADER:
        raise malformed(
            f"The header on line {number} has {len(text):,} bytes; at most {MAX_HEADER:,} are "
            "read. Shorten it."
        )
    try:
        header = text.rstrip(b"\x1a").decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise malformed(f"Line {number} is not UTF-8 text. Save the file as UTF-8.") from error
    if "\0" in header:
        raise malformed(f"Line {number} holds a NUL byte. Save the file as plain text.")
    if not header:
        raise malformed(f"Line {number} is a '>' with nothing after it. Add an identifier.")
    return header


def lines_of(path: Path, max_bytes: int | None, line: int) -> Iterator[Line]:
    """Read a file again; yield the lines of the sequence below the header on a line."""
    for number, text in numbered_lines(path, max_bytes):
        if number <= line:
            continue
        before, header = split_at_header(text)
        if before:
            yield number, before
        if header is not None:
            return


def header_at(path: Path, max_bytes: int | None, line: int) -> str:
    """Read a file again; return the header on a line.

    Raises:
        ValueError: there is none.
    """
    for number, text in numbered_lines(path, max_bytes):
        if number == line:
            _, header = split_at_header(text)
            if header is not None:
                return read_header(header, number)
    raise ValueError(f"no header on line {line}")


def _text_before_header(number: int, line: bytes) -> Exception:
    start = line[:20].decode("ascii", "replace").strip()
    return malformed(
        f"Line {number} ({start!r}) comes before the first header. "
        "A FASTA file starts with a line '>identifier'."
    )
