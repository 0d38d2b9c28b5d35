"""Find the nearest references of queries, and of the references themselves, as protspace does."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from steps.project.knn.search import nearest_references

Floats = npt.NDArray[np.float32]
Exact = npt.NDArray[np.float64]
Rows = npt.NDArray[np.integer]

#: Neighbours beyond k that are found, as two may be nearer to each other than float32 can tell:
#: Euclidean distances are blurred by the squares of the points.
_SPARE = {"cosine": 4, "euclidean": 16}
#: What distances in float32 may be off: cosine distances as such, Euclidean ones in proportion.
_BLUR = {"cosine": (1e-5, 0.0), "euclidean": (0.0, 1e-4)}
_BLOCK = 4096


@dataclass(frozen=True)
class Neighbors:
    """References of each query, by rising distance, equal distances by identifier: shape (n, k).

    `recall` is the share of the nearest references that the search finds.
    """

    rows: Rows
    distances: Floats
    recall: float = 1.0

    def only(self, rows: Rows) -> "Neighbors":
        """Return the neighbours of some."""
        return Neighbors(self.rows[rows], self.distances[rows], self.recall)


@dataclass(frozen=True)
class Searched:
    """References that are searched.

    Attributes:
        points: float32, shape (m, d).
        order: of the references by identifier, shape (m,): equal distances follow it.
        metric: "cosine" or "euclidean".
        threads: which change nothing of what is found.
    """

    points: Floats
    order: Rows
    metric: str
    threads: int = 1

    def nearest(
        self, points: Floats, k: int, itself: Rows | None = None
    ) -> tuple[Neighbors, Neighbors]:
        """Return the nearest references of queries, and those of references among the others.

        Args:
            points: the queries, followed by the references `itself`: float32, shape (n + t, d).
            k: at most m count, and m - 1 for references.
            itself: rows of references, shape (t,).
        """
        itself = np.empty(0, np.intp) if itself is None else itself
        count = len(points) - len(itself)
        rows, rough, recall = self._candidates(points, k)
        ends = slice(count), slice(count, None)
        queries, tested = (
            self._ranked(points[part], rows[part], rough[part], min(k + more, len(self.points)))
            for part, more in zip(ends, (0, 1), strict=True)
        )
        return Neighbors(*queries, recall), _without(itself, *tested, recall)

    def _candidates(self, points: Floats, k: int) -> tuple[Rows, Floats, float]:
        """Return more than k references near to each point, float32 distances, and the recall."""
        wanted, some = k + _SPARE[self.metric], np.arange(len(self.points))
        zeros = some[:0]
        if self.metric == "cosine":
            # Zeros have no direction: protspace has them at distance 1 from all, the search has
            # not.
            is_zero = ~self.points.any(axis=1)
            some, zeros = some[~is_zero], some[is_zero]
            zeros = zeros[np.argsort(self.order[zeros])][:wanted]
        rows = np.broadcast_to(zeros, (len(points), len(zeros)))
        rough, recall = np.ones(rows.shape, dtype=np.float32), 1.0
        if len(some):
            others = self.points if len(some) == len(self.points) else self.points[some]
            found = nearest_references(
                points, others, min(wanted, len(some)), self.metric, self.threads
            )
            rows = np.hstack([some[found.indices], rows])
            rough, recall = np.hstack([found.distances, rough]), float(found.recall)
        return rows, rough, recall

    def _ranked(self, points: Floats, rows: Rows, rough: Floats, k: int) -> tuple[Rows, Floats]:
        """Return the k nearest candidates of each point and their distances, taken in float64."""
        distances = np.full(rows.shape, np.inf, dtype=np.float32)
        farthest = np.partition(rough, k - 1, axis=1)[:, k - 1]
        added, share = _BLUR[self.metric]
        limit = farthest + added + share * farthest
        for place in range(rows.shape[1]):
            # Those that float32 tells apart from the k-th need no second look.
            near = np.flatnonzero(rough[:, place] <= limit)
            for start in range(0, len(near), _BLOCK):
                some = near[start : start + _BLOCK]
                pairs = points[some], self.points[rows[some, place]]
                distances[some, place] = DISTANCES[self.metric](*pairs)
        best = np.lexsort((self.order[rows], distances), axis=1)[:, :k]
        return np.take_along_axis(rows, best, 1), np.take_along_axis(distances, best, 1)


def _without(itself: Rows, rows: Rows, distances: Floats, recall: float) -> Neighbors:
    """Return the neighbours of references without the references themselves, one fewer."""
    is_itself = rows == itself[:, None]
    # Among many at distance 0 it may not be there.
    is_itself[~is_itself.any(axis=1), -1] = True
    shape = (len(rows), max(rows.shape[1] - 1, 0))
    return Neighbors(rows[~is_itself].reshape(shape), distances[~is_itself].reshape(shape), recall)


def cosine_distances(one: Floats, other: Floats) -> Exact:
    """Return the distances of pairs of points, shape (n, d) each, computed in float64."""
    first, second = one.astype(np.float64), other.astype(np.float64)
    for points in (first, second):
        norms = np.linalg.norm(points, axis=1, keepdims=True)
        points /= np.where(norms == 0, 1, norms)
    distances: Exact = np.clip(1 - np.einsum("id,id->i", first, second), 0, 2)
    return distances


def euclidean_distances(one: Floats, other: Floats) -> Exact:
    """Return the distances of pairs of points, shape (n, d) each, computed in float64."""
    difference = one.astype(np.float64) - other
    distances: Exact = np.sqrt(np.einsum("id,id->i", difference, difference))
    return distances


DISTANCES = {"cosine": cosine_distances, "euclidean": euclidean_distances}
