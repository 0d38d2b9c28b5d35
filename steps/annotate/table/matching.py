"""Find the protein of each row of a table, and tell which rows have none."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from steps import cli
from steps.annotate.table.rows import Row
from steps.annotate.table.text import invalid, shown

_EXAMPLES = 3
#: Rows in which identifiers are looked for.
_LOOKED_AT = 100
#: Characters of a cell before its line.
_SHOWN = 40

#: The text of a first cell -> the identifier of a protein of the input, if it is one.
Find = Callable[[str], str | None]


def rows_of(
    path: Path, below: Sequence[Row], identifiers: Sequence[str], find: Find, owner: str
) -> Mapping[str, list[str]]:
    """Return the row of each protein that has one; warn of others, and of repeated ones.

    Raises:
        StepError: INVALID_ANNOTATIONS, where no row has a protein.
    """
    rows: dict[str, list[str]] = {}
    unknown, repeated = [], []
    for line, fields in below:
        identifier = find(fields[0])
        if identifier is None:
            unknown.append(fields[0])
        elif identifier in rows:
            repeated.append(f"{fields[0][:_SHOWN]} (line {line})")
        else:
            rows[identifier] = fields
    ours = ", ".join(identifiers[:_EXAMPLES])
    if not rows:
        place = _place_of_identifiers(below, find)
        remedy = (
            f"Column {place} has those: make it the first one."
            if place
            else "Put those into the first column."
        )
        raise invalid(
            path,
            f"no row matches a protein. Its first column has {_some(unknown)}; the identifiers of "
            f"{owner} are {ours}, ... {remedy}",
        )
    if unknown:
        cli.log.warning(
            f"{path.name}: {len(unknown)} of {len(below)} rows match no protein, such as "
            f"{_some(unknown)} (identifiers of {owner}: {ours}, ...)."
        )
    if repeated:
        place = _place_of_identifiers(below, find)
        hint = f" Column {place} has more identifiers: is it meant?" if place > 1 else ""
        cli.log.warning(
            f"{path.name}: {len(repeated)} rows of proteins that had one before were ignored: "
            f"{_some(repeated)}.{hint}"
        )
    return rows


def _place_of_identifiers(below: Sequence[Row], find: Find) -> int:
    """Return which column has the most proteins, counted from 1; 0 where none has any."""
    rows = [fields for _, fields in below[:_LOOKED_AT]]
    counts = [len({*map(find, cells)} - {None}) for cells in zip(*rows, strict=True)]
    return counts.index(max(counts)) + 1 if any(counts) else 0


def _some(cells: Sequence[str]) -> str:
    examples = ", ".join(map(shown, cells[:_EXAMPLES]))
    return f"{examples}, ..." if len(cells) > _EXAMPLES else examples
