"""Annotators: each adds columns to the annotation table, one row for each protein.

Columns are Arrow arrays: numbers as float64 or int64, text in protspace's cell grammar (version
2: `;` separates hits, `|` a score or evidence; both are percent-encoded within a label), null
where there is nothing to say.
"""

from pathlib import Path

#: Our own groups -> module with `columns(sequences) -> dict[str, pa.Array]`; the first wins.
GROUPS = {
    "header": "steps.annotate.header",
    "sequence": "steps.annotate.sequence",
}
_TABLE_ENDINGS = (".csv", ".tsv", ".txt")


def is_table(name: str) -> bool:
    """Whether an entry of `annotations` names a user's table rather than a group."""
    return Path(name).suffix.lower() in _TABLE_ENDINGS


def is_ours(name: str) -> bool:
    """Whether an entry of `annotations` needs no remote source."""
    return name in GROUPS or is_table(name)
