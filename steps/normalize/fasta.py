"""Read and validate FASTA files, and reduce headers to identifiers.

Line ends of any kind, a UTF-8 byte-order mark, blank lines and gzip are accepted. Gaps (`-`, `.`),
blanks and one trailing `*` are removed from sequences and lower case is raised; records without
residues are left out. All of this is counted. Anything else raises a `StepError` whose message
names the record, the line and the remedy.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from steps.errors import StepError
from steps.normalize.headers import read_header, read_identifier
from steps.normalize.lines import Line, above, malformed, numbered_lines
from steps.normalize.residues import (
    BLANKS,
    GAPS,
    RESIDUES,
    UPPER,
    bad_residue,
    looks_like_nucleotides,
)


@dataclass(frozen=True)
class Limits:
    """FASTA limits; `None` means no limit. Lengths are in residues."""

    min_sequences: int | None = None
    max_sequences: int | None = None
    max_length: int | None = None
    max_total_residues: int | None = None
    max_file_bytes: int | None = None


@dataclass
class Counts:
    """Numbers of what was read, and of what was changed while reading."""

    sequences: int = 0
    residues: int = 0
    lower_case: int = 0
    gaps_removed: int = 0
    stops_removed: int = 0
    empty_records: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Record:
    """One protein. `line` is that of its header, counted from 1."""

    identifier: str
    header: str
    sequence: str
    line: int


#: Header, its line, and the lines of the sequence, not yet checked.
type _RawRecord = tuple[str, int, list[Line]]


class FastaReader:
    """Iterate over the records of one FASTA file, once.

    Attributes:
        counts: what was read; complete once the iteration has ended.
        empty: identifier and line of each record without residues.

    Raises:
        StepError: EMPTY_FASTA, TOO_FEW_SEQUENCES, TOO_MANY_SEQUENCES, SEQUENCE_TOO_LONG,
            MALFORMED_FASTA, DUPLICATE_IDENTIFIERS, TOTAL_RESIDUES_EXCEEDED, FILE_TOO_LARGE.
    """

    def __init__(self, path: Path, limits: Limits = Limits()) -> None:
        self.path, self.limits, self.counts = path, limits, Counts()
        self.empty: list[str] = []
        self._lines: dict[str, int] = {}

    def __iter__(self) -> Iterator[Record]:
        for raw in self._raw_records():
            record = self._record(raw)
            if record:
                yield record
        self._check_enough()

    def _raw_records(self) -> Iterator[_RawRecord]:
        record: _RawRecord | None = None
        parts: list[Line] = []
        for number, line in numbered_lines(self.path, self.limits.max_file_bytes):
            if line.startswith(b">"):
                if record:
                    yield record
                parts = []
                record = (read_header(line, number), number, parts)
            elif record is None:
                raise _text_before_header(number, line)
            else:
                parts.append((number, line))
        if record:
            yield record

    def _record(self, record: _RawRecord) -> Record | None:
        header, line, parts = record
        identifier = read_identifier(header, line)
        raw = b"".join(part for _, part in parts).translate(None, BLANKS)
        ungapped = raw.translate(UPPER, GAPS)
        residues = ungapped.removesuffix(b"*")
        if not residues:
            self.counts.empty_records += 1
            self.empty.append(f"{identifier} (line {line})")
            return None
        if residues.translate(None, RESIDUES):
            raise bad_residue(identifier, parts)
        if looks_like_nucleotides(residues):
            raise malformed(
                f"Record {identifier} (line {line}) looks like nucleotides. "
                "Translate the sequences to protein and try again."
            )
        self._check_identifier(identifier, line)
        self.counts.gaps_removed += len(raw) - len(ungapped)
        self.counts.stops_removed += len(ungapped) - len(residues)
        self.counts.lower_case += raw != raw.translate(UPPER)
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
        if above(length, limits.max_length):
            raise StepError(
                "SEQUENCE_TOO_LONG",
                f"Record {identifier} (line {line}) has {length:,} residues; the limit is "
                f"{limits.max_length:,}. Shorten it, e.g. to its domains, or leave it out.",
            )
        if above(counts.sequences, limits.max_sequences):
            raise StepError(
                "TOO_MANY_SEQUENCES",
                f"There are more than {limits.max_sequences:,} sequences (the limit is reached "
                f"at {identifier}, line {line}). Reduce the file, e.g. by clustering.",
            )
        if above(counts.residues, limits.max_total_residues):
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


def _text_before_header(number: int, line: bytes) -> StepError:
    start = line[:20].decode("ascii", "replace").strip()
    return malformed(
        f"Line {number} ({start!r}) comes before the first header. "
        "A FASTA file starts with a line '>identifier'."
    )
