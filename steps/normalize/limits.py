"""FASTA limits, the counts that they bound, and the errors of files beyond them."""

from dataclasses import asdict, dataclass
from pathlib import Path

from steps.errors import StepError


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
    """Numbers of what was read, and of what was changed while reading.

    Attributes:
        j_residues: number of J (Leu or Ile), which embedders get as X.
        indented_headers: number of headers with blanks before the `>`.
        joined_lines: number of headers on a line with residues of the record before.
    """

    sequences: int = 0
    residues: int = 0
    lower_case: int = 0
    gaps_removed: int = 0
    stops_removed: int = 0
    empty_records: int = 0
    j_residues: int = 0
    indented_headers: int = 0
    joined_lines: int = 0

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


#: Records without residues for each sequence that there may be.
_EMPTY_RECORDS = 10


def above(value: int, limit: int | None) -> bool:
    """Return whether a value exceeds a limit; `None` is no limit."""
    return limit is not None and value > limit


def check_size(limits: Limits, counts: Counts, record: str, length: int) -> None:
    """Check the counts up to a record, and its length in residues.

    Raises:
        StepError: SEQUENCE_TOO_LONG, TOO_MANY_SEQUENCES, TOTAL_RESIDUES_EXCEEDED.
    """
    if above(length, limits.max_length):
        raise StepError(
            "SEQUENCE_TOO_LONG",
            f"Record {record} has {length:,} residues; the limit is "
            f"{limits.max_length:,}. Shorten it, e.g. to its domains, or leave it out.",
        )
    if above(counts.sequences, limits.max_sequences):
        raise StepError(
            "TOO_MANY_SEQUENCES",
            f"There are more than {limits.max_sequences:,} sequences: the limit is reached "
            f"at {record}. Reduce the file, e.g. by clustering.",
        )
    if above(counts.residues, limits.max_total_residues):
        raise StepError(
            "TOTAL_RESIDUES_EXCEEDED",
            f"The sequences have more than {limits.max_total_residues:,} residues together: "
            f"the limit is reached at {record}. Split the file or use fewer sequences.",
        )


def check_empty(limits: Limits, counts: Counts, record: str) -> None:
    """Check the number of records without residues: reading them takes time, too.

    Raises:
        StepError: TOO_MANY_SEQUENCES.
    """
    most = None if limits.max_sequences is None else _EMPTY_RECORDS * limits.max_sequences
    if above(counts.empty_records, most):
        raise StepError(
            "TOO_MANY_SEQUENCES",
            f"There are more than {most:,} records without residues: the limit is reached at "
            f"{record}. Remove them.",
        )


def check_enough(limits: Limits, counts: Counts, path: Path) -> None:
    """Check that a file holds enough proteins.

    Raises:
        StepError: EMPTY_FASTA, TOO_FEW_SEQUENCES.
    """
    count, least = counts.sequences, limits.min_sequences
    if count == 0:
        raise StepError(
            "EMPTY_FASTA",
            f"{path.name} holds no protein sequence. A FASTA file has a line "
            "'>identifier' and then the residues, for each protein.",
        )
    if least is not None and count < least:
        raise StepError(
            "TOO_FEW_SEQUENCES",
            f"There are {count} sequences; at least {least} are needed for a projection. "
            "Records without residues do not count.",
        )
