"""Find the k nearest neighbours of points, the same on every run and for any number of threads.

Up to `EXACT` points all are compared. Above, points are divided into cells, and each looks into
as many cells near to it as a sample needs to find `RECALL` of its true neighbours. A GPU compares
any number with all.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from steps.errors import StepError
from steps.project.knn import exact
from steps.project.knn.points import Floats, Indices, Points, drawn

if TYPE_CHECKING:
    from steps.project.knn.cells import Cells

EXACT = 20_000
#: Share of true neighbours that must be found, with what a sample may be off.
RECALL, _MARGIN = 0.98, 0.003
_SAMPLE = 2000
#: Beyond this share of all cells, comparing all points costs no more.
MOST = 0.5


@dataclass(frozen=True)
class Neighbors:
    """Neighbours by rising distance, equal distances by index.

    `indices` (int32) and `distances` (float32) have the shape (n, k). `recall` is measured on a
    sample against a comparison with all points; `cells` and `probes` are 0 where all were compared,
    on `device`.
    """

    indices: npt.NDArray[np.int32]
    distances: Floats
    recall: float = 1.0
    cells: int = 0
    probes: int = 0
    device: str = "cpu"


def described(near: Neighbors) -> dict[str, str | float | int]:
    """Return how neighbours were found, as parameters that the bundle records."""
    if not near.cells:
        return {"neighbors": "exact" if near.device == "cpu" else f"exact ({near.device})"}
    recall = round(near.recall, 4)
    return {"neighbors": "cells", "recall": recall, "cells": near.cells, "probes": near.probes}


def nearest_neighbors(
    data: Floats, k: int, metric: str, threads: int = 1, device: str = "cpu"
) -> Neighbors:
    """Return the `k` nearest points of each point, itself first.

    Args:
        data: float32, shape (n, d).
        k: number of neighbours, the point itself included; at most n.
        metric: "euclidean", "cosine" (1 - cosine similarity) or "manhattan".
        device: "cpu", or "cuda" to compare all points on an NVIDIA GPU.

    Raises:
        StepError: PYTORCH_MISSING, GPU_MISSING, OUT_OF_MEMORY: the GPU cannot be used.
    """
    points = Points.of(data, metric)
    found = _search(points, points, k, threads, device)
    own = np.arange(len(points))
    missing = ~(found.indices == own[:, None]).any(axis=1)
    found.indices[missing, -1] = own[missing]
    return _described(finished(points, points, found.indices, metric, threads), found)


def nearest_references(
    queries: Floats, references: Floats, k: int, metric: str, threads: int = 1
) -> Neighbors:
    """Return the `k` references nearest to each query.

    Args:
        queries: float32, shape (n, d).
        references: float32, shape (m, d).
        k: number of neighbours; at most m.
        metric: "euclidean", "cosine" (1 - cosine similarity) or "manhattan".
    """
    points, others = Points.of(queries, metric), Points.of(references, metric)
    found = _search(points, others, k, threads)
    return _described(finished(points, others, found.indices, metric, threads), found)


@dataclass(frozen=True)
class _Found:
    indices: Indices
    recall: float = 1.0
    cells: int = 0
    probes: int = 0
    device: str = "cpu"


def _search(
    queries: Points, references: Points, k: int, threads: int, device: str = "cpu"
) -> _Found:
    if device != "cpu":
        return _Found(_by_torch(queries, references, k, device), device=device)
    if len(references) <= EXACT:
        return _Found(exact.nearest(queries, references, k, threads))
    # These need Numba and scikit-learn, which few points do without.
    from steps.project.knn import probing
    from steps.project.knn.cells import Cells

    rows = drawn(len(queries), _SAMPLE)
    sample = queries.only(rows)
    cells = Cells.of(references, cell_count(len(references)), threads)
    truth = compared(sample, references, k, cells, threads)
    probes = needed_probes(cells, sample, truth, threads)
    if probes > MOST * len(cells):
        return _Found(exact.nearest(queries, references, k, threads))
    found = probing.nearest(queries, references, k, cells, probes, threads)
    few = np.flatnonzero((found < 0).any(axis=1))
    if len(few):
        found[few] = exact.nearest(queries.only(few), references, k, threads)
    recall = float((found[rows][:, :, None] == truth[:, None, :]).any(axis=1).mean())
    return _Found(found, recall, len(cells), probes)


def _by_torch(queries: Points, references: Points, k: int, device: str) -> Indices:
    if not find_spec("torch"):
        raise StepError(
            "PYTORCH_MISSING",
            f"device is '{device}', which needs PyTorch; install it with pip install '.[local]', "
            "or run with device=cpu.",
        )
    # Here and not above: this loads PyTorch, which takes seconds.
    from steps.project.knn import torch_exact

    return torch_exact.nearest(queries, references, k, device)


def compared(queries: Points, references: Points, k: int, cells: "Cells", threads: int) -> Indices:
    """Return the `k` references nearest to each query, compared with all of them."""
    if references.manhattan:
        return exact.nearest(queries, references, k, threads)
    # Few points do without it.
    from steps.project.knn import bounded

    return bounded.nearest(queries, references, k, cells.space, threads)


def cell_count(points: int) -> int:
    """Return into how many cells points are divided."""
    return int(4 * np.sqrt(points))


def needed_probes(cells: "Cells", sample: Points, truth: Indices, threads: int) -> int:
    """Return in how many cells the sample finds enough of its true neighbours."""
    order = cells.near(sample, len(cells), threads)
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(len(cells), dtype=np.int32)[None, :], axis=1)
    needed = np.sort(np.take_along_axis(ranks, cells.home[truth], axis=1), axis=None)
    return int(needed[int(np.ceil((RECALL + _MARGIN) * len(needed))) - 1]) + 1


def finished(
    queries: Points, references: Points, found: Indices, metric: str, threads: int
) -> Neighbors:
    """Return neighbours that were found, in no certain order, by rising distance."""
    distances = exact.distances(queries, references, found, threads)
    order = _order(found, distances, itself_first=queries is references)
    indices = np.take_along_axis(found, order, axis=1).astype(np.int32)
    distances = np.take_along_axis(distances, order, axis=1)
    if metric == "cosine":
        distances = (np.square(distances) / 2).astype(np.float32)
    return Neighbors(indices, distances)


def _described(near: Neighbors, found: _Found) -> Neighbors:
    """Return neighbours with how they were found."""
    how = (found.recall, found.cells, found.probes, found.device)
    return Neighbors(near.indices, near.distances, *how)


def _order(indices: Indices, distances: Floats, itself_first: bool) -> Indices:
    if itself_first:
        own = np.arange(len(indices))[:, None]
        distances = np.where(indices == own, np.float32(-1), distances)
    return np.lexsort((indices, distances), axis=1)
