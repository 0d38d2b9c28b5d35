"""Make the columns of an annotation that is transferred to proteins without a value."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from protspace.data.annotations.encoding import encode_field
from protspace.data.io.predictions import NEIGHBOR_SUFFIX

from steps import cli
from steps.optional.transfer.calibration import TESTED, Calibration, calibrate
from steps.optional.transfer.lookup import Lookup
from steps.optional.transfer.neighbors import Neighbors, Rows
from steps.optional.transfer.origins import Origins, neighborhood
from steps.optional.transfer.prediction import predict, sample_of, usual_distance
from steps.optional.transfer.proteins import Proteins

Columns = dict[str, pa.Array]


@dataclass(frozen=True)
class Options:
    """How labels are transferred.

    Attributes:
        neighbors: how many nearest references decide.
        metric: "cosine" or "euclidean".
        max_distance: up to which the nearest reference is near; "auto" finds one, `None` means
            that none is distant.
        skip_distant: leave queries without a near reference unlabelled.
        threads: they change no result.
    """

    neighbors: int = 1
    metric: str = "cosine"
    max_distance: float | str | None = None
    skip_distant: bool = False
    threads: int = 1


@dataclass(frozen=True)
class Transferred:
    """The predicted columns of an annotation, where they come from, and how often they are right.

    There is no calibration where a single reference has a value.
    """

    columns: Columns
    origins: Origins
    calibration: Calibration | None


def transfer(
    name: str, queries: Proteins, references: Proteins, options: Options
) -> Transferred | None:
    """Return what is transferred of an annotation.

    Returns:
        `None`, and a warning, where no reference has, or no query lacks, a value.
    """
    lookup, without = Lookup.of(references, name), queries.lacking(name)
    if not len(lookup) or not len(without):
        lack = "lacks" if len(lookup) else "has"
        cli.log.warning(f"transfer: no protein {lack} a value of '{name}', so none is transferred.")
        return None
    return _transferred(name, queries, without, lookup, options)


def _transferred(
    name: str, queries: Proteins, without: Rows, lookup: Lookup, options: Options
) -> Transferred:
    test, usual = _samples(len(lookup), options)
    rows, metric = np.union1d(test, usual), options.metric
    near, others = lookup.search(queries, without, rows, options.neighbors, metric, options.threads)
    limit = _limit(name, options, others.only(np.searchsorted(rows, usual)))
    names = queries.identifiers
    found = predict(near, lookup.codes, metric)
    origins = Origins(name, [names[row] for row in without], lookup, near, found, limit)
    columns = _columns(origins, without, len(names), options.skip_distant)
    if name not in queries.names:
        # ProtSpace shows predictions with the annotation that they are for.
        columns = {name: pa.nulls(len(names), pa.string()), **columns}
    tested = others.only(np.searchsorted(rows, test))
    calibration = calibrate(origins, test, tested, metric) if len(test) else None
    return Transferred(columns, origins, calibration)


def _samples(count: int, options: Options) -> tuple[Rows, Rows]:
    """Return the references that are tested, and those whose distance is the usual one."""
    none = np.empty(0, np.intp)
    if count < 2:
        return none, none
    usual = sample_of(count) if options.max_distance == "auto" else none
    return sample_of(count, TESTED), usual


def _limit(name: str, options: Options, others: Neighbors) -> float | None:
    limit = options.max_distance
    if limit != "auto":
        return None if limit is None else float(limit)
    if len(others.rows):
        return usual_distance(others)
    cli.log.warning(
        f"transfer: a single protein has a value of '{name}', so there is no usual distance; "
        "all neighbours count as near."
    )
    return float("inf")


def _columns(origins: Origins, rows: Rows, count: int, skip_distant: bool) -> Columns:
    near, found, name = origins.near, origins.found, origins.annotation
    sources = near.rows[np.arange(len(rows)), found.places]
    lookup, distant = origins.lookup, origins.is_distant
    labelled = ~distant if skip_distant else np.ones(len(rows), dtype=bool)
    if not labelled.any():
        cli.log.warning(
            f"transfer: every protein that lacks '{name}' is farther than {origins.limit:.6g} from "
            "all references, so none got a label. Try transfer_max_distance=auto, or a larger one."
        )
    asked = rows[labelled]
    encoded = pa.array([encode_field(reference) for reference in lookup.names], pa.string())
    reliabilities = pa.array(found.reliabilities[labelled].astype(np.float32))
    texts = pa.array(lookup.texts, pa.string())
    columns = {
        f"{name}__pred_value": _spread(texts, found.codes[labelled], asked, count),
        f"{name}__pred_confidence": _spread(reliabilities, np.arange(len(asked)), asked, count),
        f"{name}__pred_source": _spread(encoded, sources[labelled], asked, count),
    }
    if origins.limit is not None:
        words = pa.array([neighborhood(0, 0), neighborhood(1, 0)])
        columns[f"{name}{NEIGHBOR_SUFFIX}"] = _spread(words, distant.astype(np.int32), rows, count)
    return columns


def _spread(values: pa.Array, taken: Rows, rows: Rows, count: int) -> pa.Array:
    """Return `count` cells, null but for `rows`, which get those of `values` that are taken."""
    indices = np.full(count, -1, dtype=np.int64)
    indices[rows] = taken
    return values.take(pa.array(indices, mask=indices < 0))
