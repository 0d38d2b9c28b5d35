"""Check a table before a run uses it: its size, and its shape as far as that is known by then."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from steps.annotate.table.matching import rows_of
from steps.annotate.table.rows import find_separator, split_rows
from steps.annotate.table.shape import in_shape
from steps.annotate.table.text import read_lines
from steps.errors import StepError
from steps.normalize.identifiers import finder


@dataclass(frozen=True, slots=True)
class TableLimits:
    """Most lines of a table below its header, and most columns beside that of identifiers."""

    max_rows: int
    max_columns: int


def check_table(path: Path, limits: TableLimits, identifiers: Sequence[str] | None = None) -> None:
    """Check a table.

    Args:
        path: the table.
        limits: what it may hold.
        identifiers: those of the proteins. Where they are not known, only the step can tell
            whether there is a header, and which rows match.

    Raises:
        StepError: INVALID_ANNOTATIONS, FILE_TOO_LARGE.
    """
    _check_lines(path, limits)
    find = cache(finder(identifiers or ()))

    def is_known(cell: str) -> bool:
        return find(cell) is not None

    separator, lines = read_lines(path)
    separator = separator or find_separator(path, lines, is_known)
    rows = split_rows(path, lines, separator)
    named = sum(1 for name in rows[0][1] if name.strip())
    if named - 1 > limits.max_columns:
        raise _too_large(path, f"{named - 1:,} columns", limits.max_columns, "columns")
    if identifiers is not None:
        _, below = in_shape(path, rows, separator, is_known)
        rows_of(path, below, identifiers, find, "the input")


def _check_lines(path: Path, limits: TableLimits) -> None:
    """Count lines before each becomes an object."""
    content = path.read_bytes()
    count = max(content.count(b"\n"), content.count(b"\r"))
    if count > limits.max_rows + 1:
        raise _too_large(path, f"{count:,} lines", limits.max_rows, "rows")


def _too_large(path: Path, found: str, most: int, what: str) -> StepError:
    return StepError(
        "FILE_TOO_LARGE",
        f"Annotation table {path.name} has {found}; the limit is {most:,} {what}. "
        f"Leave out {what} that you do not need.",
    )
