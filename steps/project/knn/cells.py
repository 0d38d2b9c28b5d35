"""Divide points into cells by k-means, and list the cells that are near to each query.

Distances from the centres of cells are taken in a space of fewer dimensions: the leading principal
components of a sample. They only decide where a search looks; what it finds there it measures in
all dimensions.
"""

from dataclasses import dataclass

import faiss
import numpy as np
import numpy.typing as npt

from steps.project.knn.parallel import each
from steps.project.knn.points import BLOCK_OF_FEW_DIMENSIONS, Floats, Points, blocks, drawn
from steps.project.knn.space import Space

Integers = npt.NDArray[np.int32]

_DIMENSIONS = 128
#: Cells near to each point that are listed at once: most searches look into no more.
_AROUND = 8
#: Points of the sample per cell, and rounds of k-means: more bring no better recall.
_PER_CELL, _ROUNDS, _SEED = 20, 4, 0


@dataclass(frozen=True)
class Cells:
    """Cells of points: `members` by cell, where each begins in `bounds`, shape (cells + 1,).

    `around` has the cells nearest to each point, nearest first, shape (n, `_AROUND`).
    """

    space: Space
    centres: Floats
    members: Integers
    bounds: npt.NDArray[np.intp]
    around: Integers

    @classmethod
    def of(cls, points: Points, count: int, threads: int) -> "Cells":
        """Divide points into `count` cells."""
        space = Space.of(points, _DIMENSIONS)
        sample = space.project(points.take(drawn(len(points), count * _PER_CELL)))
        kmeans = faiss.Kmeans(
            sample.shape[1], count, niter=_ROUNDS, seed=_SEED, min_points_per_centroid=1
        )
        kmeans.train(np.ascontiguousarray(sample))
        centres = np.asarray(kmeans.centroids, dtype=np.float32)
        around = _near(points, space, centres, min(_AROUND, count), threads)
        home = around[:, 0]
        members = np.argsort(home, kind="stable").astype(np.int32)
        bounds = np.searchsorted(home[members], np.arange(count + 1))
        return cls(space, centres, members, bounds, around)

    @property
    def home(self) -> Integers:
        """Return the cell of each point."""
        return self.around[:, 0]

    def near_members(self, rows: Integers, count: int) -> Integers | None:
        """Return the cells nearest to some of the points, where so many are known."""
        return self.around[rows, :count] if count <= self.around.shape[1] else None

    def near(self, queries: Points, count: int, threads: int) -> Integers:
        """Return the cells whose centres are nearest to each query, nearest first: (n, count)."""
        return _near(queries, self.space, self.centres, count, threads)

    def __len__(self) -> int:
        return len(self.centres)


def _near(queries: Points, space: Space, centres: Floats, count: int, threads: int) -> Integers:
    found = np.empty((len(queries), count), dtype=np.int32)

    def search(rows: slice) -> None:
        coordinates = np.ascontiguousarray(space.project(queries.take(rows)))
        found[rows] = faiss.knn(coordinates, centres, count)[1]

    each(search, blocks(len(queries), BLOCK_OF_FEW_DIMENSIONS), threads)
    return found
