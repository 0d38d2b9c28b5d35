"""Order annotations by how much a picture tells that is coloured by them.

ProtSpace colours by the first annotation of a bundle, so this is the order of its columns, that of
the menu of the page, and it decides the colours of the pictures.
"""

import json
from collections.abc import Collection, Sequence
from pathlib import Path

import pyarrow as pa

from steps.annotate.ranking.neighbours import Rows
from steps.annotate.ranking.scores import Score, score

#: ProtSpace hides these from its menu, and opens grey where one of them comes first.
NAMES = ("protein_name", "gene_name", "uniprot_kb_id")
#: What databases note of their entries, not what proteins are.
BOOKKEEPING = (
    "protein_existence",
    "reviewed",
    "annotation_score",
    "fragment",
    "xref_pdb",
    "taxon_id",
)


def ranked(
    annotations: pa.Table, own: Collection[str], rows: Rows, neighbours: Rows
) -> list[tuple[str, Score]]:
    """Return the names of all annotations with their scores, the most telling first.

    The user's own come first, then what is known of proteins, then what databases note of entries;
    then what is constant, unique or nearly empty, and names of proteins last.

    Args:
        annotations: identifiers in the first column, an annotation in each other one.
        own: columns of the user's tables.
        rows: sampled rows, shape (n,).
        neighbours: rows of the neighbours of each, shape (n, k).
    """
    scores = {
        name: score(annotations[name], rows, neighbours) for name in annotations.column_names[1:]
    }
    places = {name: place for place, name in enumerate(scores)}
    order = sorted(
        scores,
        key=lambda name: (
            _tier(name, scores[name], own),
            -scores[name].value,
            -scores[name].bits,
            places[name],
        ),
    )
    return [(name, scores[name]) for name in order]


def _tier(name: str, score: Score, own: Collection[str]) -> int:
    if name in NAMES:
        return 4
    if name in own and score.varies:
        # A label that few proteins have is what its author looks for.
        return 0
    if not score.tells:
        return 3
    return 2 if name in BOOKKEEPING else 1


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
    if name is None or name in NAMES or len(annotations[name].unique()) < 2:
        return None
    return str(name)
