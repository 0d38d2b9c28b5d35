"""Rank annotations by how much a picture that is coloured by them shows."""

import math
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

#: Categories of an annotation that get a colour of their own.
COLOURED = 8


def most_informative(annotations: pa.Table) -> str | None:
    """Return the column to colour by: the one with most bits per protein in its colours.

    A column scores the entropy of its `COLOURED` most frequent categories, times the share of
    proteins in them. Without such categories, the first numeric column is returned, and `None`
    without any annotation.

    Args:
        annotations: identifiers in the first column, an annotation in each other one.
    """
    names: list[str] = annotations.column_names[1:]
    text = [name for name in names if pa.types.is_string(annotations[name].type)]
    scores = {name: _score(annotations[name].to_pylist()) for name in text}
    best = max(scores, key=lambda name: scores[name], default=None)
    if best is not None and scores[best] > 0:
        return best
    return next((name for name in names if not pa.types.is_string(annotations[name].type)), None)


def _score(cells: Sequence[str | None]) -> float:
    """Return the entropy of the coloured categories in bits, times their share of the cells."""
    frequent = Counter(filter(None, cells)).most_common(COLOURED)
    counts = [count for _, count in frequent if count > 1]
    total = sum(counts)
    entropy = -sum(count / total * math.log2(count / total) for count in counts)
    return entropy * total / len(cells) if cells else 0.0
