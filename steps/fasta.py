"""The only FASTA code: read, validate, and reduce headers to identifiers.

Line ends of any kind, a UTF-8 byte-order mark, blank lines and gzip (told by its first bytes)
are accepted. Gaps (`-`, `.`), blanks and one trailing `*` are removed from sequences and lower
case is raised, all of it counted; records without residues are left out and counted. Whatever
else is wrong raises a `StepError` whose message names the record, the line and the remedy.
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from steps.errors import StepError

#: The 20 amino acids, the ambiguity codes B X Z, selenocysteine U and pyrrolysine O.
RESIDUES = b"ACDEFGHIKLMNPQRSTVWYBXZUO"
#: The web app cannot load a table cell above this length.
MAX_IDENTIFIER = 256

_BLANKS, _GAPS = b" \t\v\f", b"-."
_UPPER = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_ACCESSION = re.compile(
    r"(?:sp|tr)\|([OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})\|"
)


@dataclass(frozen=True)
class Limits:
    """What a FASTA file may hold; `None` means no limit. Lengths are in residues."""

    min_sequences: int | None = None
    max_sequences: int | None = None
    max_length: int | None = None
    max_total_residues: int | None = None
    max_file_bytes: int | None = None


@dataclass
class Counts:
    """What was read, and what was changed while reading."""

    sequences: int = 0
    residues: int = 0
    lower_case: int = 0
    gaps_removed: int = 0
    stops_removed: int = 0
    empty_records: int = 0

    def as_dict(self) -> dict[str, int]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Record:
    """One protein. `line` is that of its header, counted from 1."""

    identifier: str
    header: str
    sequence: str
    line: int


def parse_identifier(word: str) -> str:
    """The identifier in the first word of a header, as protspace gives it.

    `sp|P12345|NAME` -> `P12345`; otherwise the second `|` field, where there is one.
    """
    accession = _ACCESSION.match(word)
    if accession:
        return accession[1]
    return word.split("|")[1] if "|" in word else word


class FastaReader:
    """Iterate over the records of one FASTA file, once; `counts` is complete afterwards.

    Raises:
        StepError: EMPTY_FASTA, TOO_FEW_SEQUENCES, TOO_MANY_SEQUENCES, SEQUENCE_TOO_LONG,
            MALFORMED_FASTA, DUPLICATE_IDENTIFIERS, TOTAL_RESIDUES_EXCEEDED, FILE_TOO_LARGE.
    """

    def __init__(self, path: Path, limits: Limits = Limits()):
        self.path, self.limits, self.counts = path, limits, Counts()
        self.empty: list[str] = []
        self._lines: dict[str, int] = {}

    def __iter__(self) -> Iterator[Record]:
        for header, line, parts in self._raw_records():
            record = self._record(header, line, parts)
            if record:
                yield record
        self._check_enough()

    def _raw_records(self) -> Iterator[tuple[str, int, list[tuple[int, bytes]]]]:
        header, header_line, parts = None, 0, []
        for number, line in _lines(self.path, self.limits.max_file_bytes):
            if line.startswith(b">"):
                if header is not None:
                    yield header, header_line, parts
                header, header_line, parts = _header(line, number), number, []
            elif header is None:
                raise _text_before_header(number, line)
            else:
                parts.append((number, line))
        if header is not None:
            yield header, header_line, parts

    def _record(self, header: str, line: int, parts: list[tuple[int, bytes]]) -> Record | None:
        identifier = _identifier(header, line)
        raw = b"".join(part for _, part in parts).translate(None, _BLANKS)
        ungapped = raw.translate(_UPPER, _GAPS)
        residues = ungapped.removesuffix(b"*")
        if not residues:
            self.counts.empty_records += 1
            self.empty.append(f"{identifier} (line {line})")
            return None
        if residues.translate(None, RESIDUES):
            raise _bad_residue(identifier, parts)
        if _looks_like_nucleotides(residues):
            raise _malformed(
                f"Record {identifier} (line {line}) looks like nucleotides. "
                "Translate the sequences to protein and try again."
            )
        self._check_identifier(identifier, line)
        self.counts.gaps_removed += len(raw) - len(ungapped)
        self.counts.stops_removed += len(ungapped) - len(residues)
        self.counts.lower_case += raw != raw.translate(_UPPER)
        self._check_size(identifier, line, len(residues))
        return Record(identifier, header, residues.decode("ascii"), line)

    def _check_identifier(self, identifier: str, line: int) -> None:
        first = self._lines.setdefault(identifier, line)
        if first != line:
            raise StepError(
                "DUPLICATE_IDENTIFIERS",
                f"The identifier {identifier} stands on line {first} and on line {line} "
                "(headers are reduced to their identifier: sp|P12345|NAME becomes P12345). "
                "Remove or rename one of the two.",
            )

    def _check_size(self, identifier: str, line: int, length: int) -> None:
        limits, counts = self.limits, self.counts
        counts.sequences += 1
        counts.residues += length
        if _above(length, limits.max_length):
            raise StepError(
                "SEQUENCE_TOO_LONG",
                f"Record {identifier} (line {line}) has {length:,} residues; the limit is "
                f"{limits.max_length:,}. Shorten it, e.g. to its domains, or leave it out.",
            )
        if _above(counts.sequences, limits.max_sequences):
            raise StepError(
                "TOO_MANY_SEQUENCES",
                f"There are more than {limits.max_sequences:,} sequences (the limit is reached "
                f"at {identifier}, line {line}). Reduce the file, e.g. by clustering.",
            )
        if _above(counts.residues, limits.max_total_residues):
            raise StepError(
                "TOTAL_RESIDUES_EXCEEDED",
                f"The sequences have more than {limits.max_total_residues:,} residues together "
                f"(reached at {identifier}, line {line}). Split the file or use fewer sequences.",
            )

    def _check_enough(self) -> None:
        count, least = self.counts.sequences, self.limits.min_sequences
        if count == 0:
            raise StepError(
                "EMPTY_FASTA",
                f"{self.path.name} holds no protein sequence. A FASTA file has a line "
                "'>identifier' and then the residues, for each protein.",
            )
        if least is not None and count < least:
            raise StepError(
                "TOO_FEW_SEQUENCES",
                f"There are {count} sequences; at least {least} are needed for a projection. "
                "Records without residues do not count.",
            )


def _above(value: int, limit: int | None) -> bool:
    return limit is not None and value > limit


def _malformed(message: str) -> StepError:
    return StepError("MALFORMED_FASTA", message)


def _lines(path: Path, max_bytes: int | None) -> Iterator[tuple[int, bytes]]:
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
            if _above(total, max_bytes):
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
        raise _malformed(
            "The gzip file is damaged or ends too early. Compress it again, "
            "or use the unpacked file."
        ) from error


def _without_mark(chunk: bytes) -> bytes:
    if chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _malformed("The file is UTF-16 text. Save it as UTF-8 or plain text.")
    return chunk.removeprefix(b"\xef\xbb\xbf")


def _text_before_header(number: int, line: bytes) -> StepError:
    start = line[:20].decode("ascii", "replace").strip()
    return _malformed(
        f"Line {number} ({start!r}) comes before the first header. "
        "A FASTA file starts with a line '>identifier'."
    )


def _header(line: bytes, number: int) -> str:
    try:
        header = line[1:].decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise _malformed(f"Line {number} is not UTF-8 text. Save the file as UTF-8.") from error
    if "\0" in header:
        raise _malformed(f"Line {number} holds a NUL byte. Save the file as plain text.")
    if not header:
        raise _malformed(f"Line {number} is a '>' with nothing after it. Add an identifier.")
    return header


def _identifier(header: str, line: int) -> str:
    identifier = parse_identifier(header.split()[0])
    if not identifier or _CONTROL.search(identifier):
        raise _malformed(
            f"The header on line {line} gives no usable identifier. Put one after the '>': "
            "letters, digits and signs, without control characters."
        )
    if len(identifier) > MAX_IDENTIFIER:
        raise _malformed(
            f"The identifier on line {line} has {len(identifier):,} characters; at most "
            f"{MAX_IDENTIFIER} can be shown. Put a blank after its identifying part."
        )
    return identifier


def _bad_residue(identifier: str, parts: list[tuple[int, bytes]]) -> StepError:
    """The error for the first character that is no residue; '*' is one only at the very end."""
    last = parts[-1][0]
    for number, part in parts:
        text = part.translate(_UPPER, _BLANKS + _GAPS)
        if number == last:
            text = text.removesuffix(b"*")
        wrong = text.translate(None, RESIDUES)
        if wrong:
            break
    where = f"Record {identifier}, line {number}: "
    if wrong[:1] == b"*":
        return _malformed(f"{where}'*' inside the sequence. Cut the sequence at the stop codon.")
    if wrong[:1] == b"\0":
        return _malformed(f"{where}a NUL byte. Save the file as plain text.")
    if wrong[:1] == b"J":
        return _malformed(f"{where}'J' (I or L) is known to no embedder. Write X, I or L instead.")
    shown = _shown(wrong)
    return _malformed(
        f"{where}{shown} is not an amino-acid letter. Allowed are "
        f"{RESIDUES.decode()}, gaps (- .) and one * at the end."
    )


def _shown(wrong: bytes) -> str:
    """The first wrong character, readable whatever bytes it is made of."""
    try:
        return repr(wrong.decode("utf-8")[0])
    except UnicodeDecodeError:
        return f"byte 0x{wrong[0]:02x}"


def _looks_like_nucleotides(residues: bytes) -> bool:
    """At least 50 letters, 95 % of them nucleotides, and each of A, C, G and T (or U) there.

    The last condition keeps low-complexity peptides (poly-alanine, Gly-Ala repeats) proteins.
    """
    if len(residues) < 50:
        return False
    counts = [residues.count(letter) for letter in (b"A", b"C", b"G")]
    counts.append(residues.count(b"T") + residues.count(b"U"))
    return all(counts) and sum(counts) + residues.count(b"N") >= 0.95 * len(residues)
