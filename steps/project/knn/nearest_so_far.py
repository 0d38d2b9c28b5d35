"""Keep the nearest points of queries while more and more points are looked at."""

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

from steps.project.knn.points import Floats, Indices

Integers = npt.NDArray[np.int32]


@dataclass(frozen=True)
class NearestSoFar:
    """The nearest points found so far: `indices` (n, k), -1 for none, and what ranks them."""

    indices: Indices
    ranks: Floats

    @classmethod
    def none(cls, count: int, k: int) -> "NearestSoFar":
        """Return places for `k` points of each of `count` queries."""
        return cls(
            np.full((count, k), -1, dtype=np.int64), np.full((count, k), np.inf, dtype=np.float32)
        )

    def only(self, rows: slice) -> "NearestSoFar":
        """Return the same places of some queries."""
        return NearestSoFar(self.indices[rows], self.ranks[rows])

    def look_at(self, queries: Indices, members: Integers, ranks: Floats) -> None:
        """Put members (m,) that are nearer than the farthest so far into its place.

        Args:
            queries: row numbers, shape (q,).
            ranks: distances or what ranks like them, shape (q, m).
        """
        _look_at(ranks, queries, members, self.ranks, self.indices)


@numba.njit(cache=True, nogil=True)
def _look_at(
    near: Floats, asking: Indices, members: Integers, ranks: Floats, found: Indices
) -> None:
    k = ranks.shape[1]
    for row in range(len(asking)):
        query = asking[row]
        farthest = 0
        for rank in range(1, k):
            if ranks[query, rank] > ranks[query, farthest]:
                farthest = rank
        for column in range(len(members)):
            if near[row, column] < ranks[query, farthest]:
                ranks[query, farthest] = near[row, column]
                found[query, farthest] = members[column]
                for rank in range(k):
                    if ranks[query, rank] > ranks[query, farthest]:
                        farthest = rank
