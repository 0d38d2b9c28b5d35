"""Search the cells that are near to each query, all queries of a cell at once."""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from steps.project.knn.cells import Cells, Integers
from steps.project.knn.exact import Indices
from steps.project.knn.parallel import each
from steps.project.knn.points import Floats, Points, blocks

#: Queries are divided into parts, which threads take: at least so many, and so many that a part
#: looks into at most so many cells, all its queries together.
_PARTS, _LOOKS = 8, 4_000_000


def nearest(
    queries: Points, references: Points, k: int, cells: Cells, probes: int, threads: int
) -> Indices:
    """Return the `k` nearest references in `probes` cells near to each query, in no certain order.

    Where these cells have fewer than k references, the rest is -1.
    """
    found = np.full((len(queries), k), -1, dtype=np.int64)
    squares = np.full((len(queries), k), np.inf, dtype=np.float32)
    parts = max(_PARTS, -(-len(queries) * probes // _LOOKS))
    edges = np.linspace(0, len(queries), parts + 1).astype(int)

    def search(part: int) -> None:
        rows = slice(edges[part], edges[part + 1])
        order, bounds = _by_cell(cells.near(queries.only(rows), probes, threads=1), len(cells))
        for cell in range(len(cells)):
            asking = order[bounds[cell] : bounds[cell + 1]]
            for members in _cut(cells.members[cells.bounds[cell] : cells.bounds[cell + 1]]):
                others = references.take(members)
                for some in _cut(asking):
                    near = _squares(queries.take(some + rows.start), others)
                    _keep(near, some, members, squares[rows], found[rows])

    each(search, range(parts), threads)
    return found


def _cut(rows: npt.NDArray[Any]) -> list[npt.NDArray[Any]]:
    """Return pieces that bound the memory: a cell may have any number of points."""
    return [rows[piece] for piece in blocks(len(rows))]


def _by_cell(probes: Integers, cells: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return queries sorted by the cells they look into, and where those of each cell begin."""
    order = np.argsort(probes, axis=None, kind="stable")
    bounds = np.searchsorted(probes.ravel()[order], np.arange(cells + 1))
    return order // probes.shape[1], bounds


def _squares(queries: Floats, members: Floats) -> Floats:
    """Return squared distances, shape (queries, members), relative to the middle of the members.

    There numbers are small, so that little is lost where they cancel.
    """
    middle = members.mean(axis=0)
    queries, members = queries - middle, members - middle
    products = queries @ members.T
    products *= -2
    products += np.einsum("id,id->i", queries, queries)[:, None]
    products += np.einsum("id,id->i", members, members)
    squares: Floats = products
    return squares


@numba.njit(cache=True, nogil=True)
def _keep(
    near: Floats, asking: Indices, members: Integers, squares: Floats, found: Indices
) -> None:
    """Put members that are nearer than the farthest one found so far into its place."""
    k = squares.shape[1]
    for row in range(len(asking)):
        query = asking[row]
        farthest = 0
        for rank in range(1, k):
            if squares[query, rank] > squares[query, farthest]:
                farthest = rank
        for column in range(len(members)):
            if near[row, column] < squares[query, farthest]:
                squares[query, farthest] = near[row, column]
                found[query, farthest] = members[column]
                for rank in range(k):
                    if squares[query, rank] > squares[query, farthest]:
                        farthest = rank
