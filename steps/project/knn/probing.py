"""Search the cells that are near to each query, all queries of a cell at once."""

from typing import Any

import numpy as np
import numpy.typing as npt

from steps.project.knn import manhattan
from steps.project.knn.cells import Cells, Integers
from steps.project.knn.nearest_so_far import NearestSoFar
from steps.project.knn.parallel import each
from steps.project.knn.points import Floats, Indices, Points, blocks

#: Queries are divided into parts, which threads take: at least so many, and so many that a part
#: looks into at most so many cells, all its queries together.
_PARTS, _LOOKS = 8, 4_000_000


def nearest(
    queries: Points, references: Points, k: int, cells: Cells, probes: int, threads: int
) -> Indices:
    """Return the `k` nearest references in `probes` cells near to each query, in no certain order.

    Where these cells have fewer than k references, the rest is -1.
    """
    found = NearestSoFar.none(len(queries), k)
    measure = manhattan.distances if references.manhattan else _squares
    parts = max(_PARTS, -(-len(queries) * probes // _LOOKS))
    themselves = queries is references
    # Points of a cell look into the same cells: in one part, each is read once for all of them.
    turns = cells.members if themselves else np.arange(len(queries), dtype=np.int32)

    def search(rows: Integers) -> None:
        near = cells.near_members(rows, probes) if themselves else None
        if near is None:
            near = cells.near(queries.only(rows), probes, threads=1)
        order, bounds = _by_cell(near, len(cells))
        for cell in np.flatnonzero(np.diff(bounds)):
            asking = rows[order[bounds[cell] : bounds[cell + 1]]]
            for members in _cut(cells.members[cells.bounds[cell] : cells.bounds[cell + 1]]):
                others = references.take(members)
                for some in _cut(asking):
                    found.look_at(some, members, measure(queries.take(some), others))

    each(search, np.array_split(turns, parts), threads)
    return found.indices


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
