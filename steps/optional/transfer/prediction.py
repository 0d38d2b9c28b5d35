"""Predict labels of proteins from their nearest neighbours, as protspace's `transfer` does.

Of the k nearest references of a protein, each label has the reliability index of Littmann et al.
2021 (doi:10.1038/s41598-020-80786-0): the sum of its neighbours' similarities, 1 - distance, over
k. The label with the highest is transferred; its source is the nearest neighbour that has it.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steps.project.knn.search import nearest_references

Floats = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]
Rows = npt.NDArray[np.integer]

METRIC = "cosine"
#: Neighbours beyond k that are found, as two may be nearer to each other than float32 can tell.
_SPARE, _BLUR = 4, 1e-5
_BLOCK = 4096
#: protspace's `--max-distance auto`: of distances between references, of so many at most.
_PERCENTILE, _SAMPLE = 95, 10_000


@dataclass(frozen=True)
class Neighbors:
    """References of each query, by rising distance, equal distances by identifier: shape (n, k).

    `recall` is the share of the nearest references that the search finds.
    """

    rows: Rows
    distances: Floats
    recall: float = 1.0


@dataclass(frozen=True)
class Predictions:
    """For each query the label's number, its reliability, and the place of its source among k."""

    codes: Rows
    reliabilities: Exact
    places: Rows


def find_neighbors(
    queries: Floats, references: Floats, order: Rows, k: int, threads: int = 1
) -> Neighbors:
    """Return the nearest references of each query.

    Args:
        queries: float32, shape (n, d).
        references: float32, shape (m, d).
        order: of the references by identifier, shape (m,): equal distances follow it.
        k: at most m count.
    """
    k = min(k, len(references))
    rows, rough, recall = _candidates(queries, references, order, k, threads)
    distances = np.full(rows.shape, np.inf, dtype=np.float32)
    limit = np.partition(rough, k - 1, axis=1)[:, k - 1] + _BLUR
    for place in range(rows.shape[1]):
        # Those that float32 tells apart from the k-th need no second look.
        near = np.flatnonzero(rough[:, place] <= limit)
        for start in range(0, len(near), _BLOCK):
            some = near[start : start + _BLOCK]
            distances[some, place] = cosine_distances(queries[some], references[rows[some, place]])
    best = np.lexsort((order[rows], distances), axis=1)[:, :k]
    rows, distances = np.take_along_axis(rows, best, 1), np.take_along_axis(distances, best, 1)
    return Neighbors(rows, distances, recall)


def _candidates(
    queries: Floats, references: Floats, order: Rows, k: int, threads: int
) -> tuple[Rows, Floats, float]:
    """Return at least k references near to each query, distances in float32, and the recall."""
    some = np.flatnonzero(references.any(axis=1))
    # Zeros have no direction: protspace has them at distance 1 from all, the search has not.
    zeros = np.setdiff1d(np.arange(len(references)), some)
    zeros = zeros[np.argsort(order[zeros])][:k]
    rows = np.broadcast_to(zeros, (len(queries), len(zeros)))
    rough, recall = np.ones(rows.shape, dtype=np.float32), 1.0
    if len(some):
        others = references if len(some) == len(references) else references[some]
        found = nearest_references(queries, others, min(k + _SPARE, len(some)), METRIC, threads)
        rows = np.hstack([some[found.indices], rows])
        rough, recall = np.hstack([found.distances, rough]), float(found.recall)
    return rows, rough, recall


def cosine_distances(one: Floats, other: Floats) -> Exact:
    """Return the distances of pairs of points, shape (n, d) each, computed in float64."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    for points in (first, second):
        norms = np.linalg.norm(points, axis=1, keepdims=True)
        points /= np.where(norms == 0, 1, norms)
    distances: Exact = np.clip(1 - np.einsum("id,id->i", first, second), 0, 2)
    return distances


def predict(near: Neighbors, codes: Rows) -> Predictions:
    """Return the label that the neighbours give each query; `codes` are those of all references.

    Among equally reliable labels the nearer one is taken, then the first by name.
    """
    labels = codes[near.rows]
    similar = np.clip(1 - near.distances.astype(np.float64), 0, 1)
    everyone = np.arange(len(labels))
    best, reliability = np.zeros(len(labels), dtype=np.intp), np.full(len(labels), -1.0)
    for place in range(labels.shape[1]):
        same = labels == labels[:, [place]]
        index = np.zeros(len(labels))
        for other in range(labels.shape[1]):
            index += np.where(same[:, other], similar[:, other], 0)
        distance, nearest = near.distances[:, place], near.distances[everyone, best]
        first = labels[:, place] < labels[everyone, best]
        nearer = (distance < nearest) | ((distance == nearest) & first)
        better = (index > reliability) | ((index == reliability) & nearer)
        best, reliability = np.where(better, place, best), np.where(better, index, reliability)
    return Predictions(labels[everyone, best], reliability / labels.shape[1], best)


def usual_distance(references: Floats, order: Rows, threads: int = 1) -> float:
    """Return the distance within which 95 % of the references have another one.

    Raises:
        ValueError: there are fewer than two.
    """
    if len(references) < 2:
        raise ValueError("fewer than two references")
    rows = np.arange(len(references))
    if len(rows) > _SAMPLE:
        rows = np.sort(np.random.default_rng(0).choice(rows, _SAMPLE, replace=False))
    near = find_neighbors(references[rows], references, order, 2, threads)
    itself = near.rows[:, 0] == rows
    others = np.where(itself, near.distances[:, 1], near.distances[:, 0])
    return float(np.percentile(others, _PERCENTILE))
