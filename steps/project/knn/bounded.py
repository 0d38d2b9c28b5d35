"""Compare points with all others, most of them in fewer dimensions only.

A space of principal components, with the length of what it leaves out as one dimension more, has no
distance that is larger than in all dimensions. So where the k nearest of some candidates are nearer
than the last candidate is in that space, no other point can be among the k. Queries of which this
cannot be said are compared with all points in all dimensions.
"""

import faiss
import numpy as np
import numpy.typing as npt

from steps.project.knn import exact
from steps.project.knn.parallel import each
from steps.project.knn.points import BLOCK_OF_FEW_DIMENSIONS, Floats, Indices, Points, blocks
from steps.project.knn.space import Space

#: Candidates of each query, for one neighbour.
_CANDIDATES = 5
#: Share of all squared distances from the middle beyond which few queries would be certain.
_MOST_LEFT_OUT = 0.2
#: What rounding may add to a squared distance, as a share of the largest squared length.
_ROUNDING = 1e-5


def nearest(queries: Points, references: Points, k: int, space: Space, threads: int) -> Indices:
    """Return the references nearest to each query, shape (queries, k), in no certain order."""
    places = _places(references, space, threads)
    if np.square(places[:, -1]).mean() > _MOST_LEFT_OUT * np.square(places).sum(axis=1).mean():
        return exact.nearest(queries, references, k, threads)
    found = np.empty((len(queries), k), dtype=np.int64)
    certain = np.zeros(len(queries), dtype=bool)

    def search(rows: slice) -> None:
        found[rows], certain[rows] = _candidates(queries.only(rows), references, k, space, places)

    each(search, blocks(len(queries), BLOCK_OF_FEW_DIMENSIONS), threads)
    open_ = np.flatnonzero(~certain)
    if len(open_):
        found[open_] = exact.nearest(queries.only(open_), references, k, threads)
    return found


def _candidates(
    queries: Points, references: Points, k: int, space: Space, places: Floats
) -> tuple[Indices, npt.NDArray[np.bool_]]:
    """Return the nearest of the candidates, and whether no other point can be nearer."""
    count = min(_CANDIDATES * k, len(references))
    own = _place(queries.matrix, space)
    bounds, near = faiss.knn(own, places, count)
    squares = np.square(exact.distances(queries, references, near, threads=1))
    best = np.argpartition(squares, k - 1, axis=1)[:, :k]
    farthest = np.take_along_axis(squares, best, axis=1).max(axis=1)
    rounding = _ROUNDING * np.square(own).sum(axis=1).max()
    certain = (farthest + rounding < bounds[:, -1]) | (count == len(references))
    return np.take_along_axis(near, best, axis=1), certain


def _places(points: Points, space: Space, threads: int) -> Floats:
    found = np.empty((len(points), space.basis.shape[1] + 1), dtype=np.float32)

    def place(rows: slice) -> None:
        found[rows] = _place(points.take(rows), space)

    each(place, blocks(len(points)), threads)
    return found


def _place(points: Floats, space: Space) -> Floats:
    """Return coordinates in the space, and the length of what it leaves out: shape (n, m + 1)."""
    inside, whole = space.project(points), points - space.centre
    squares = np.einsum("id,id->i", whole, whole) - np.einsum("im,im->i", inside, inside)
    return np.column_stack([inside, np.sqrt(np.maximum(squares, 0))])
