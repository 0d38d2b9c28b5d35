"""Find the column of accessions in a table, such as UniProt's own TSV."""

import csv
from collections.abc import Callable
from typing import NamedTuple

from steps.errors import StepError

_SEPARATORS = ("\t", ",", ";")


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
        StepError: INVALID_ACCESSIONS, for several.
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
    return columns[0] if columns else None


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
