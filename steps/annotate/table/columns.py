"""Annotations of the user's own tables as columns, one row for each protein."""

import re
from collections.abc import Sequence
from itertools import count
from pathlib import Path

import pyarrow as pa

from steps import cli
from steps.annotate.table.doubts import doubt
from steps.annotate.table.labels import encoded
from steps.annotate.table.matching import Find, rows_of
from steps.annotate.table.numbers import decimal_sign, numbers
from steps.annotate.table.rows import find_separator, split_rows
from steps.annotate.table.shape import in_shape
from steps.annotate.table.text import invalid, read_lines, shown

packages = ("protspace",)
_WHOLE_NUMBER = re.compile("0|[1-9][0-9]*")


def columns(
    paths: Sequence[Path], identifiers: Sequence[str], find: Find, owner: str = "the input"
) -> dict[str, pa.Array]:
    """Return the tables' columns, one row for each of `identifiers`: float64, or text.

    Args:
        paths: the tables.
        identifiers: those of the proteins.
        find: finds the protein of a first cell, also where it is a header.
        owner: whose proteins they are, for messages.

    Raises:
        StepError: INVALID_ANNOTATIONS.
    """
    found: dict[str, pa.Array] = {}
    origins: dict[str, Path] = {}
    for path in dict.fromkeys(path.resolve() for path in paths):
        for name, column in _columns_of(path, identifiers, find, owner).items():
            if name in origins:
                raise invalid(
                    path,
                    f"column {shown(name)} is in {origins[name].name}, too. Rename it in one of "
                    "them.",
                )
            found[name], origins[name] = column, path
    return found


def _columns_of(
    path: Path, identifiers: Sequence[str], find: Find, owner: str
) -> dict[str, pa.Array]:
    def is_known(cell: str) -> bool:
        return find(cell) is not None

    separator, lines = read_lines(path)
    separator = separator or find_separator(path, lines, is_known)
    rows = split_rows(path, lines, separator)
    names, below = in_shape(path, rows, separator, is_known)
    row_of = rows_of(path, below, identifiers, find, owner)
    empty = [""] * (len(names) + 1)
    ordered = [row_of.get(each, empty) for each in identifiers]
    texts = {
        name: [fields[place] for fields in ordered]
        for place, name in enumerate(_unreserved(path, names), 1)
    }
    decimal = decimal_sign(texts.values(), separator)
    found = {name: _typed(cells, separator, decimal) for name, cells in texts.items()}
    for name, cells in texts.items():
        is_text = pa.types.is_string(found[name].type)
        if sentence := doubt(cells, separator, decimal, is_text=is_text):
            cli.log.warning(f"{path.name}, column {shown(name)}: {sentence}")
    return found


def _unreserved(path: Path, names: Sequence[str]) -> list[str]:
    """Return the names, but for those that ProtSpace hides or moves.

    It hides some, which become `<name>_annotation` as in protspace. Its objects list whole numbers
    before all other names, so a column `2023` would be the one it colours by.
    """
    from protspace.data.processors.custom_annotations import RESERVED_COLUMNS

    free: list[str] = []
    for name in names:
        new = name
        if name in RESERVED_COLUMNS:
            new = _free_name(f"{name}_annotation", {*names, *free})
        elif _WHOLE_NUMBER.fullmatch(name):
            new = _free_name(f"column_{name}", {*names, *free})
        if new != name:
            cli.log.warning(
                f"{path.name}: column {shown(name)} is named {shown(new)} in the bundle."
            )
        free.append(new)
    return free


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken."""
    numbered = (f"{name}_{number}" for number in count(2))
    return name if name not in taken else next(new for new in numbered if new not in taken)


def _typed(cells: Sequence[str], separator: str, decimal: str) -> pa.Array:
    """Return a column of numbers, or of text in protspace's cell grammar; null for empty cells."""
    found = numbers(cells, separator, decimal)
    if found is not None:
        return found
    texts = [cell.strip() for cell in cells]
    cell_of = encoded(filter(None, set(texts)))
    return pa.array([cell_of.get(text) or None for text in texts], pa.string())
