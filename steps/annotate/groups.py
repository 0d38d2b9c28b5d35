"""Groups of annotations that are computed here, each by a module of its own.

Such a module has `columns(sequences)`, which returns Arrow arrays of one row for each protein;
`NAMES`, the names of these columns; and `packages`, those of the packages it uses. Numbers are
float64 or int64, text follows protspace's cell grammar (`steps.annotate.cells`), and a missing
value is null.
"""

from pathlib import Path

#: Group -> its module. Where two have a column of one name, the group that comes first wins.
GROUPS = {
    "header": "steps.annotate.header",
    "sequence": "steps.annotate.sequence",
}
_TABLE_ENDINGS = (".csv", ".tsv", ".txt")


def is_table(name: str) -> bool:
    """Return whether an entry of `annotations` is the path of a user's table."""
    return Path(name).suffix.lower() in _TABLE_ENDINGS


def is_ours(name: str) -> bool:
    """Return whether an entry of `annotations` needs no remote source."""
    return name in GROUPS or is_table(name)
