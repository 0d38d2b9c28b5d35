"""Compare points by sums of absolute differences, which are no product of matrices."""

import numba
import numpy as np

from steps.project.knn.nearest_so_far import NearestSoFar
from steps.project.knn.parallel import each
from steps.project.knn.points import Floats, Indices, Points, blocks


def nearest(queries: Points, references: Points, k: int, threads: int) -> Indices:
    """Return the references nearest to each query, shape (queries, k), in no certain order."""
    found = NearestSoFar.none(len(queries), k)

    def search(rows: slice) -> None:
        asking, own = queries.take(rows), found.only(rows)
        places = np.arange(len(asking))
        for others in blocks(len(references)):
            members = np.arange(others.start, others.stop, dtype=np.int32)
            own.look_at(places, members, distances(asking, references.take(others)))

    each(search, blocks(len(queries)), threads)
    return found.indices


def distances(queries: Floats, members: Floats) -> Floats:
    """Return distances, float32, shape (queries, members)."""
    found: Floats = _distances(np.ascontiguousarray(queries), np.ascontiguousarray(members))
    return found


# Sums in any order, so that a processor adds several numbers at a time.
@numba.njit(cache=True, nogil=True, fastmath=True)
def _distances(queries: Floats, members: Floats) -> Floats:
    found = np.empty((len(queries), len(members)), dtype=np.float32)
    for row in range(len(queries)):
        for column in range(len(members)):
            total = np.float32(0)
            for dimension in range(queries.shape[1]):
                total += abs(queries[row, dimension] - members[column, dimension])
            found[row, column] = total
    return found
