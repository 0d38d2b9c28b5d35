"""Compare points with all others."""

import faiss
import numpy as np

from steps.project.knn.parallel import each
from steps.project.knn.points import Floats, Indices, Points, blocks


def nearest(queries: Points, references: Points, k: int, threads: int) -> Indices:
    """Return the references nearest to each query, shape (queries, k), in no certain order."""
    if references.manhattan:
        # Here and not above: this needs Numba, which few points of other metrics do without.
        from steps.project.knn import manhattan

        return manhattan.nearest(queries, references, k, threads)
    found = np.empty((len(queries), k), dtype=np.int64)
    everything = np.ascontiguousarray(references.take(slice(None)))

    def search(rows: slice) -> None:
        found[rows] = faiss.knn(np.ascontiguousarray(queries.take(rows)), everything, k)[1]

    each(search, blocks(len(queries)), threads)
    return found


def distances(queries: Points, references: Points, indices: Indices, threads: int) -> Floats:
    """Return the distances of queries from their neighbours, shape (queries, k).

    They are Euclidean, or sums of absolute differences of points that are `manhattan`.

    Searches find neighbours through dot products, whose rounding blurs small distances (a point
    may not even be nearest to itself), so the distances of those found are taken directly.
    """
    result = np.empty(indices.shape, dtype=np.float32)

    def measure(rows: slice) -> None:
        own = queries.take(rows)
        for rank in range(indices.shape[1]):
            difference = references.take(indices[rows, rank]) - own
            result[rows, rank] = _lengths(difference, references.manhattan)

    each(measure, blocks(len(queries)), threads)
    return result


def _lengths(differences: Floats, manhattan: bool) -> Floats:
    if manhattan:
        return np.asarray(np.abs(differences).sum(axis=1))
    return np.asarray(np.sqrt(np.einsum("id,id->i", differences, differences)))
