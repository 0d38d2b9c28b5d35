"""Order annotations by how much a picture tells that is coloured by them."""

from collections.abc import Collection

import pyarrow as pa

from steps.annotate.ranking.neighbours import Rows
from steps.annotate.ranking.order import NAMES
from steps.annotate.ranking.scores import Score, score

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
