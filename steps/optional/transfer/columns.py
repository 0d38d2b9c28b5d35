"""Make the columns of an annotation that is transferred to proteins without a value."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from protspace.data.annotations.encoding import encode_field
from protspace.data.io.predictions import NEIGHBOR_SUFFIX

from steps import cli
from steps.optional.transfer import prediction
from steps.optional.transfer.labels import Labels, Rows
from steps.optional.transfer.origins import Origins, neighborhood

Floats = npt.NDArray[np.float32]
Columns = dict[str, pa.Array]


def transfer(
    name: str,
    column: pa.ChunkedArray,
    identifiers: list[str],
    embeddings: tuple[Rows, Floats],
    options: dict[str, Any],
) -> tuple[Columns, Origins] | None:
    """Return the predicted columns of an annotation and where they come from.

    Args:
        column: its cells.
        identifiers: of the proteins of these cells.
        embeddings: the row of each protein among embeddings, -1 where it has none; and those,
            float32, shape (m, d).
        options: `neighbors`, `max_distance` (a number, "auto" or `None`) and `threads`.

    Returns:
        `None`, and a warning, where no protein has or where none lacks a value.
    """
    labels, (place, matrix) = Labels.of(column), embeddings
    with_label = np.flatnonzero((labels.codes >= 0) & (place >= 0))
    without = np.flatnonzero((labels.codes < 0) & (place >= 0))
    if not len(with_label) or not len(without):
        lack = "lacks" if len(with_label) else "has"
        cli.log.warning(f"transfer: no protein {lack} a value of '{name}', so none is transferred.")
        return None
    names = [identifiers[row] for row in with_label]
    references, codes = matrix[place[with_label]], labels.codes[with_label]
    order = np.argsort(np.argsort(np.array(names), kind="stable"), kind="stable")
    limit = _limit(name, options, references, order)
    count, threads = options["neighbors"], options["threads"]
    queries = matrix[place[without]]
    near = prediction.find_neighbors(queries, references, order, count, threads)
    found = prediction.predict(near, codes)
    origins = Origins(
        *(name, [identifiers[row] for row in without], names, labels.texts, codes),
        *(near, found, limit),
    )
    return _columns(origins, without, len(identifiers)), origins


def _limit(name: str, options: dict[str, Any], references: Floats, order: Rows) -> float | None:
    limit: float | str | None = options["max_distance"]
    if limit != "auto":
        return None if limit is None else float(limit)
    try:
        return prediction.usual_distance(references, order, options["threads"])
    except ValueError:
        cli.log.warning(
            f"transfer: a single protein has a value of '{name}', so there is no usual distance; "
            "all neighbours count as near."
        )
        return float("inf")


def _columns(origins: Origins, rows: Rows, count: int) -> Columns:
    near, found, name = origins.near, origins.found, origins.annotation
    sources = near.rows[np.arange(len(rows)), found.places]
    encoded = [encode_field(reference) for reference in origins.references]
    reliabilities = found.reliabilities.astype(np.float32)
    columns = {
        f"{name}__pred_value": _spread(
            pa.array(origins.texts, pa.string()), found.codes, rows, count
        ),
        f"{name}__pred_confidence": _spread(
            pa.array(reliabilities), np.arange(len(rows)), rows, count
        ),
        f"{name}__pred_source": _spread(pa.array(encoded, pa.string()), sources, rows, count),
    }
    if origins.limit is not None:
        distant = (near.distances[:, 0] > np.float64(origins.limit)).astype(np.int32)
        words = pa.array([neighborhood(0, 0), neighborhood(1, 0)])
        columns[f"{name}{NEIGHBOR_SUFFIX}"] = _spread(words, distant, rows, count)
    return columns


def _spread(values: pa.Array, taken: Rows, rows: Rows, count: int) -> pa.Array:
    """Return `count` cells, null but for `rows`, which get those of `values` that are taken."""
    indices = np.full(count, -1, dtype=np.int64)
    indices[rows] = taken
    return values.take(pa.array(indices, mask=indices < 0))
