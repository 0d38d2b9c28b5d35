"""Leave out a column before that of the identifiers: numbers of rows, or nothing at all.

pandas writes its index as a column without a name, which is `Unnamed: 0` once read and written
again; R writes the numbers of rows, in `write.table` without a field above them.
"""

import re
from collections.abc import Callable, Sequence

from steps.annotate.table.rows import Row

# Above row names, R writes nothing: such a name is that of the first column.
OF_IDENTIFIERS = re.compile(
    r"(?:.*[ _.-])?(?:ids?|identifiers?|accessions?|acc|entry|uniprot|query|protein|seqid)",
    re.IGNORECASE,
)
#: Above row numbers; `X` and `...1` is what R makes of no name.
_NO_NAME = re.compile(
    r"(?:Unnamed: [0-9]+|X|\.\.\.1|index|level_0|row|no\.?|nr\.?|#)?", re.IGNORECASE
)
_NUMBER = re.compile("[0-9]+")


def without_row_numbers(
    header: list[str], below: Sequence[Row], is_known: Callable[[str], bool]
) -> tuple[list[str], list[Row]]:
    """Return header and rows without columns of row numbers before that of the identifiers.

    Args:
        header: names of the columns.
        below: rows below it.
        is_known: whether the text of a cell is a protein of the input.
    """
    rows = list(below)
    while _is_before(header, rows, is_known):
        if all(len(fields) == len(header) for _, fields in rows):
            header = header[1:]
        rows = [(line, fields[1:]) for line, fields in rows]
    return header, rows


def _is_before(header: list[str], rows: Sequence[Row], is_known: Callable[[str], bool]) -> bool:
    """Return whether the first column has row numbers, and the next one identifiers."""
    firsts = [fields[0].strip() for _, fields in rows]
    if len(header) < 2 or not _is_nameless(header, rows):
        return False
    if any(firsts) and not _are_numbers(firsts):
        return False
    known, after = (sum(is_known(fields[at]) for _, fields in rows) for at in (0, 1))
    # Identifiers may be numbers, too.
    second = header[1 if len(rows[0][1]) == len(header) else 0]
    return 0 < after >= known and (not known or bool(OF_IDENTIFIERS.fullmatch(second)))


def _is_nameless(header: list[str], rows: Sequence[Row]) -> bool:
    widths = {len(fields) for _, fields in rows}
    return widths == {len(header) + 1} or bool(
        widths == {len(header)} and _NO_NAME.fullmatch(header[0])
    )


def _are_numbers(cells: Sequence[str]) -> bool:
    """Return whether each cell has a whole number of its own."""
    return all(map(_NUMBER.fullmatch, cells)) and len(set(cells)) == len(cells)
