"""Give a table its shape: a header with a name for each column, and rows of as many fields.

The shape is never guessed. Empty fields at the end of rows are dropped, and so are empty columns
and row numbers; R's row names have no name above them. Anything else is refused with its line.
"""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

from steps.annotate.table.row_numbers import OF_IDENTIFIERS, without_row_numbers
from steps.annotate.table.rows import Row
from steps.annotate.table.text import invalid, is_comment, shown

_BREAKS = re.compile(r"[\x00-\x1f\x7f]+")

Known = Callable[[str], bool]


def in_shape(
    path: Path, rows: Sequence[Row], separator: str, is_known: Known
) -> tuple[list[str], list[Row]]:
    """Return names of all columns but the first, and rows with one field for each column.

    Args:
        rows: the header, and what is below it.
        separator: what is between fields.
        is_known: whether the text of a first cell is a protein of the input.

    Raises:
        StepError: INVALID_ANNOTATIONS.
    """
    at, header = rows[0][0], [_on_one_line(name) for name in rows[0][1]]
    below = [row for row in rows[1:] if not is_comment(row[1], is_known)]
    header, below = without_row_numbers(header, below, is_known)
    _check_header(path, at, header, below, is_known)
    named = ["", *header] if _has_row_names(header, below, is_known) else header
    header = _without_empty_end(named, 1)
    below = [(line, _without_empty_end(fields, len(header))) for line, fields in below]
    for line, fields in below:
        if len(fields) != len(header):
            raise invalid(
                path,
                f"{len(fields)} fields, where the header on line {at} has {len(header)}. Each row "
                "needs as many; quote cells that hold the separator.",
                line,
            )
        if any(_holds_rows(field, separator, is_known) for field in fields):
            raise invalid(path, 'a quote (") is not closed: it takes in rows below.', line)
    names = _names(path, at, header, below)
    kept = [0, *names]
    return list(names.values()), [(line, [fields[at] for at in kept]) for line, fields in below]


def _on_one_line(name: str) -> str:
    """Return the name of a column, which in spreadsheets may have several lines."""
    return " ".join(filter(None, (line.strip() for line in _BREAKS.split(name))))


def _holds_rows(field: str, separator: str, is_known: Known) -> bool:
    """Return whether a quoted field has lines that are rows of the table."""
    _, *others = field.split("\n")
    return any(separator in line and is_known(line.split(separator)[0]) for line in others)


def _check_header(
    path: Path, at: int, header: list[str], below: Sequence[Row], is_known: Known
) -> None:
    if is_known(header[0]):
        raise invalid(
            path,
            f"there is no header: the first line begins with the identifier {shown(header[0])}. "
            "Add a line with the names of the columns above it.",
            at,
        )
    if not below:
        raise invalid(path, "there is no row below the header.", at)
    if len(_without_empty_end(header, 1)) == 1 and not _is_row_name(below[0][1][0], is_known):
        raise invalid(
            path,
            f"{shown(header[0])} looks like a title. The first line has to be the header, with a "
            "name for each column; remove what is above it.",
            at,
        )


def _without_empty_end(fields: list[str], least: int) -> list[str]:
    """Return the fields without empty ones at the end, but at least so many of them."""
    end = len(fields)
    while end > least and not fields[end - 1].strip():
        end -= 1
    return fields[:end]


def _has_row_names(header: list[str], below: Sequence[Row], is_known: Known) -> bool:
    """Return whether R's `write.table` wrote it: row names, and no name above them."""
    return (
        not OF_IDENTIFIERS.fullmatch(header[0])
        and all(len(fields) == len(header) + 1 for _, fields in below)
        and any(fields[-1].strip() for _, fields in below)
        and any(is_known(fields[0]) for _, fields in below)
        and _is_row_name(below[0][1][0], is_known)
    )


def _is_row_name(cell: str, is_known: Known) -> bool:
    """Return whether the first cell below the header is no header itself, below a title."""
    return is_known(cell) or not (cell == "" or OF_IDENTIFIERS.fullmatch(cell))


def _names(path: Path, at: int, header: list[str], below: Sequence[Row]) -> dict[int, str]:
    """Return place -> name of all columns but the first; a repeated one gets its place.

    Columns without any name and cell, as they keep others apart in a spreadsheet, are left out.
    """
    names: dict[int, str] = {}
    taken: set[str] = set()
    for place, name in enumerate(header[1:], 1):
        if not name and not any(fields[place].strip() for _, fields in below):
            continue
        if not name:
            raise invalid(
                path,
                f"column {place + 1} has no name. The first line has to be the header, with a name "
                "for each column; remove titles above it.",
                at,
            )
        while name in taken:
            name = f"{name}_{place + 1}"
        taken.add(name)
        names[place] = name
    return names
