"""Annotations of the user's own tables as columns, one row for each protein."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from itertools import count
from pathlib import Path

import pyarrow as pa

from steps import cli
from steps.annotate.table.numbers import numbers
from steps.annotate.table.rows import Row, find_separator, split_rows
from steps.annotate.table.shape import in_shape
from steps.annotate.table.text import invalid, read_lines

packages = ("protspace",)
_EXAMPLES = 3
_WHOLE_NUMBER = re.compile("0|[1-9][0-9]*")

#: The text of a first cell -> the identifier of a protein of the input, if it is one.
Find = Callable[[str], str | None]


def columns(
    paths: Sequence[Path], identifiers: Sequence[str], reduce: Callable[[str], str]
) -> dict[str, pa.Array]:
    """Return the tables' columns, one row for each of `identifiers`: float64, or text.

    Args:
        paths: the tables.
        identifiers: those of the proteins.
        reduce: returns the identifier of a whole header.

    Raises:
        StepError: INVALID_ANNOTATIONS.
    """
    found: dict[str, pa.Array] = {}
    owner: dict[str, Path] = {}
    find = _finder(identifiers, reduce)
    for path in dict.fromkeys(path.resolve() for path in paths):
        for name, column in _columns_of(path, identifiers, find).items():
            if name in owner:
                raise invalid(
                    path,
                    f"column {name!r} is in {owner[name].name}, too. Rename it in one of them.",
                )
            found[name], owner[name] = column, path
    return found


def _finder(identifiers: Sequence[str], reduce: Callable[[str], str]) -> Find:
    """Return the function that finds the protein of a first cell, also where it is a header."""
    known = set(identifiers)

    @cache
    def find(cell: str) -> str | None:
        text = cell.strip()
        header = text.removeprefix(">").strip()
        word = header.split(None, 1)[0] if header else ""
        forms = (text, header, word, reduce(word) if word else "")
        return next((form for form in forms if form in known), None)

    return find


def _columns_of(path: Path, identifiers: Sequence[str], find: Find) -> dict[str, pa.Array]:
    separator, lines = read_lines(path)
    separator = separator or find_separator(path, lines)
    rows = split_rows(path, lines, separator)
    names, below = in_shape(path, rows, separator, lambda cell: find(cell) is not None)
    row_of = _rows_of(path, below, identifiers, find)
    empty = [""] * (len(names) + 1)
    ordered = [row_of.get(each, empty) for each in identifiers]
    texts = {
        name: [fields[place] for fields in ordered]
        for place, name in enumerate(_unreserved(path, names), 1)
    }
    return {name: _typed(cells, separator) for name, cells in texts.items()}


def _rows_of(
    path: Path, below: Sequence[Row], identifiers: Sequence[str], find: Find
) -> Mapping[str, list[str]]:
    """Return the row of each protein that has one; warn of others, and of repeated ones."""
    rows: dict[str, list[str]] = {}
    unknown, repeated = [], []
    for line, fields in below:
        identifier = find(fields[0])
        if identifier is None:
            unknown.append(fields[0])
        elif identifier in rows:
            repeated.append(f"{fields[0]} (line {line})")
        else:
            rows[identifier] = fields
    ours = ", ".join(identifiers[:_EXAMPLES])
    if not rows:
        raise invalid(
            path,
            f"no row matches a protein. Its first column has {_some(unknown)}; the identifiers of "
            f"the input are {ours}, ... Put those into the first column.",
        )
    if unknown:
        cli.log.warning(
            f"{path.name}: {len(unknown)} of {len(below)} rows match no protein, such as "
            f"{_some(unknown)} (identifiers of the input: {ours}, ...)."
        )
    if repeated:
        cli.log.warning(
            f"{path.name}: {len(repeated)} rows of proteins that had one before were ignored: "
            f"{_some(repeated)}."
        )
    return rows


def _some(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_EXAMPLES])
    return f"{shown}, ..." if len(names) > _EXAMPLES else shown


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
            cli.log.warning(f"{path.name}: column {name!r} is named {new!r} in the bundle.")
        free.append(new)
    return free


def _free_name(name: str, taken: set[str]) -> str:
    """Return the name, with a number where it is taken."""
    numbered = (f"{name}_{number}" for number in count(2))
    return name if name not in taken else next(new for new in numbered if new not in taken)


def _typed(cells: Sequence[str], separator: str) -> pa.Array:
    """Return a column of numbers, or of text in protspace's cell grammar; null for empty cells."""
    from protspace.data.annotations.encoding import encode_legacy_cell

    found = numbers(cells, separator)
    if found is not None:
        return found
    texts = [cell.strip() for cell in cells]
    encoded = {text: encode_legacy_cell(text) for text in set(texts) if text}
    return pa.array([encoded.get(text) or None for text in texts], pa.string())
