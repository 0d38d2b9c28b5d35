"""Find the column of accessions in a table, such as UniProt's own TSV."""

import csv
import re
from collections.abc import Callable
from typing import NamedTuple

from steps.errors import StepError

_SEPARATORS = ("\t", ",", ";")
#: UniProt's own name of the column; what else its tables have is of the same proteins.
_OF_UNIPROT = "Entry"
_SEQUENCE = re.compile("[A-Za-z*-]{20,}")


class Column(NamedTuple):
    """A column of a table: its name, and its cells that are not empty."""

    name: str
    cells: list[str]


def accession_column(text: str, is_accession: Callable[[str], object]) -> Column | None:
    """Return the only column of a table that has nothing but accessions.

    Args:
        text: lines; a table has a header of several cells, and rows of as many.
        is_accession: whether a cell is an accession.

    Returns:
        The column; `None` where the text is no table, or has no such column.

    Raises:
        StepError: INVALID_ACCESSIONS, for several, and for a table that has sequences of its own.
    """
    lines = (line for line in text.splitlines() if line.strip())
    rows = _rows([line for line in lines if not line.startswith("#")])
    if not rows or any(is_accession(cell) for cell in rows[0]):
        return None
    columns = [
        Column(name, [cell for cell in cells if cell])
        for name, *cells in zip(*rows, strict=True)
        if any(cells) and all(is_accession(cell) for cell in cells if cell)
    ]
    if len(columns) > 1:
        raise StepError(
            "INVALID_ACCESSIONS",
            f"The columns {columns[0].name!r} and {columns[1].name!r} of the table both have "
            "accessions. Keep the one that you mean.",
        )
    if not columns:
        return None
    if columns[0].name != _OF_UNIPROT:
        _check_sequences(rows)
    return columns[0]


def _check_sequences(rows: list[list[str]]) -> None:
    """Refuse sequences: those of UniProt would take their place, which may differ."""
    for name, *cells in zip(*rows, strict=True):
        if all(map(_SEQUENCE.fullmatch, cells)):
            raise StepError(
                "INVALID_ACCESSIONS",
                f"The column {name!r} of the table has sequences. Write them as FASTA; or remove "
                "it, if you mean the proteins of UniProt.",
            )


def _rows(lines: list[str]) -> list[list[str]]:
    """Return the rows of a table, all of one length; none where the lines are no table."""
    for separator in _SEPARATORS:
        if separator not in (lines or [""])[0]:
            continue
        try:
            parsed = csv.reader(lines, delimiter=separator)
            rows = [[cell.strip() for cell in row] for row in parsed]
        except csv.Error:
            return []
        return rows if {len(row) for row in rows} == {len(rows[0])} else []
    return []
