"""Split the content of a FASTA file into records; each has a header and the text of its sequence.

Whatever is written into a file, its lines are not looked at one by one: a file of megabytes may
have a letter on each.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from steps.normalize.content import count_lines, malformed, whole_lines
from steps.normalize.limits import Counts
from steps.normalize.residues import GAPS, RESIDUES, UPPER, without_blanks

#: Bytes of the longest header. Those of NCBI's nr name many proteins, each by some 100 characters.
MAX_HEADER = 100_000
_START = b">"


@dataclass(slots=True)
class RawRecord:
    """Header, its line, and what is below it, not yet checked."""

    header: str
    line: int
    parts: list[bytes] = field(default_factory=list)

    @property
    def text(self) -> bytes:
        """Return what is below the header, with line ends; it begins with that of the header."""
        return b"".join(self.parts)


def raw_records(path: Path, max_bytes: int | None, counts: Counts) -> Iterator[RawRecord]:
    """Yield the records of a file.

    Raises:
        StepError: see `whole_lines`; MALFORMED_FASTA, for text before the first header, an empty
            or too long header, a NUL byte in one, and one that is not UTF-8.
    """
    record, number = RawRecord("", 0), 1
    for data in whole_lines(path, max_bytes):
        done = 0
        for place, end in _headers(data):
            record.parts.append(data[done:place])
            number += count_lines(data[done:place])
            if record.line:
                yield record
            else:
                _check_before(record.text)
            _count(data, done, place, counts)
            record = RawRecord(read_header(data[place + 1 : end], number), number)
            done = end
        record.parts.append(data[done:])
        number += count_lines(data[done:])
    if record.line:
        yield record
    else:
        _check_before(record.text)


def _headers(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield where each header begins, with its `>`, and ends.

    A header begins a line, but for blanks; or it follows the residues of another record, where
    files were joined without a line end. Any other `>` is part of a sequence.
    """
    searched, line_feed, carriage_return = 0, -1, -1
    while (place := data.find(_START, searched)) >= 0:
        begin = max(data.rfind(b"\n", searched, place), data.rfind(b"\r", searched, place)) + 1
        line_feed = _next(data, b"\n", place, line_feed)
        carriage_return = _next(data, b"\r", place, carriage_return)
        end = min(line_feed, carriage_return)
        before = data[max(begin, searched) : place]
        if before and not _is_header(before, data[place + 1 : end]):
            # This record is refused, so where the next one begins does not matter.
            return
        yield place, end
        searched = end


def _next(data: bytes, sign: bytes, place: int, known: int) -> int:
    """Return where a sign is next, or the end; an earlier answer, `known`, may still be right."""
    if known >= place:
        return known
    found = data.find(sign, place)
    return len(data) if found < 0 else found


def _is_header(before: bytes, header: bytes) -> bool:
    sequence = without_blanks(before).translate(UPPER, GAPS).removesuffix(b"*")
    return not sequence.translate(None, RESIDUES) and bool(not sequence or header.strip())


def _count(data: bytes, done: int, place: int, counts: Counts) -> None:
    """Count a header that does not begin its line."""
    line = data[done:place].replace(b"\r", b"\n").rpartition(b"\n")[2]
    if line:
        joined = bool(without_blanks(line))
        counts.joined_lines += joined
        counts.indented_headers += not joined


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


def header_at(path: Path, max_bytes: int | None, line: int) -> str:
    """Read a file again; return the header on a line.

    Raises:
        ValueError: there is none.
    """
    for record in raw_records(path, max_bytes, Counts()):
        if record.line == line:
            return record.header
    raise ValueError(f"no header on line {line}")


def _check_before(text: bytes) -> None:
    """Refuse text before the first header."""
    if not without_blanks(text):
        return
    begin = len(text) - len(text.lstrip(b" \t\v\f\x1a\r\n"))
    number = count_lines(text[:begin]) + 1
    (line, *_) = text[begin : begin + 20].splitlines()
    start = line.decode("ascii", "replace").strip()
    remedy = " Remove comments before it." if start.startswith(("#", ";")) else ""
    raise malformed(
        f"Line {number} ({start!r}) comes before the first header. "
        f"A FASTA file starts with a line '>identifier'.{remedy}"
    )
