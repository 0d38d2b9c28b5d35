"""Apply the order of annotations: to the columns of the bundle, the menu of the page, the pictures.

ProtSpace colours by the first annotation of a bundle, and so do the page and the pictures.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

#: ProtSpace hides these from its menu, and opens grey where one of them comes first.
NAMES = ("protein_name", "gene_name", "uniprot_kb_id")


def read_order(path: Path | None) -> list[str]:
    """Return the names in a file of step rank; none without a file."""
    if path is None:
        return []
    return [each["name"] for each in json.loads(path.read_text(encoding="utf-8"))]


def in_order(annotations: pa.Table, order: Sequence[str]) -> pa.Table:
    """Return the table with its annotations in this order; others follow, names come last."""
    first, *names = annotations.column_names
    known = [name for name in order if name in names and name not in NAMES]
    others = [name for name in names if name not in order and name not in NAMES]
    last = [name for name in NAMES if name in names]
    return annotations.select([first, *known, *others, *last])


def to_colour_by(annotations: pa.Table) -> str | None:
    """Return the annotation that a picture is coloured by: the first, if it tells anything.

    Args:
        annotations: identifiers in the first column, annotations in their order.
    """
    name = next(iter(annotations.column_names[1:]), None)
    if name is None:
        return None
    # Names come first where there is nothing else; most proteins have one of their own.
    most = annotations.num_rows // 2 if name in NAMES else annotations.num_rows
    return str(name) if 1 < len(annotations[name].unique()) <= most else None
