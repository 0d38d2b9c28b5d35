"""Compare labels of placed points with those of their neighbours on the map."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]

_NEAREST = 10


class Labels(NamedTuple):
    """Labels of one annotation: its name, and a number for that of each protein, -1 for none."""

    name: str
    codes: Integers


def read_labels(path: Path, names: Sequence[str], identifiers: Sequence[str]) -> Labels | None:
    """Return the first annotation that groups proteins: half of them share their label.

    Args:
        path: annotations.parquet.
        names: annotations to choose from, in this order.
        identifiers: the proteins.
    """
    there = pq.read_schema(path).names
    for name in names:
        if name not in there:
            continue
        table = pq.read_table(path, columns=["protein_id", name])
        rows = pc.index_in(pa.array(identifiers), value_set=table["protein_id"].combine_chunks())
        encoded = table[name].combine_chunks().dictionary_encode().take(rows)
        codes = encoded.indices.fill_null(-1).to_numpy().astype(np.int32)
        counts = np.bincount(codes[codes >= 0])
        if (counts > 0).sum() > 1 and 2 * counts[counts > 1].sum() >= counts.sum():
            return Labels(name, codes)
    return None


def agreement(
    again: Floats, rows: npt.NDArray[np.intp], coordinates: Floats, labels: Labels
) -> dict[str, Any]:
    """Return which share of the nearest points on the map have the label of points.

    Args:
        again: where the points would be placed, shape (n, 2).
        rows: which points of the map they are, shape (n,).
        coordinates: those of the map, shape (m, 2).
        labels: those of its points.
    """
    from scipy.spatial import cKDTree

    known = labels.codes[rows] >= 0
    rows, again = rows[known], again[known]
    if not len(rows):
        return {}
    tree = cKDTree(coordinates, balanced_tree=False)
    count = min(_NEAREST + 1, len(coordinates))
    shares = {}
    for name, points in (("on_map", coordinates[rows]), ("placed", again)):
        near = tree.query(points, count)[1].reshape(len(rows), count)
        others = near != rows[:, None]
        # Where the point itself is not among them, the farthest is left out.
        others[others.all(axis=1), -1] = False
        same = labels.codes[near] == labels.codes[rows][:, None]
        shares[name] = round(float(same[others].mean()), 4) if others.any() else 0.0
    return {"annotation": labels.name, "proteins": len(rows), **shares}
