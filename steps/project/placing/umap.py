"""Place new points on a map by UMAP: among their neighbours on it, which stay where they are.

A new point is drawn to its neighbours with the weights of umap-learn's graph, but to few of them
and strongly: when a map is made its neighbours come towards a point, too, and here they stay.
umap-learn's `transform` draws to all, almost alike, which leaves points farther from those of their
kind (docs/growing.md has numbers).

New points do not see each other, and no number depends on the other ones, so a protein has the same
place in any company.
"""

import zlib
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from steps.project.knn.points import blocks
from steps.project.knn.search import Neighbors
from steps.project.placing.layout import bandwidths, move
from steps.project.placing.search import Search
from steps.project.umap.forces import forces

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int32]

#: As umap-learn's `transform` of up to 10,000 points.
EPOCHS = 100
#: To how many neighbours a point is drawn, and how many times as strongly as in a map. Of 3 to 24
#: neighbours, and 1 to 16 times, these kept about the most labels and neighbours of proteins that
#: were taken out of three maps. `benchmarks/held_out.py` has draws, and a fourth map, beside those.
_NEIGHBOURS, _PULLS = 5, np.float32(8)
#: Neighbours that are measured beyond those taken: searches find them through dot products, whose
#: rounding depends on how many queries there are.
_MORE = 5


def place(
    new: Floats,
    old: Floats,
    coordinates: Floats,
    parameters: dict[str, Any],
    threads: int = 1,
    search: Search | None = None,
) -> tuple[Floats, Neighbors]:
    """Return coordinates (float32, shape (n, 2)) of new points, and their neighbours.

    Args:
        new: embeddings, float32, shape (n, d).
        old: embeddings of the points of the map, float32, shape (m, d).
        coordinates: those of the map, float32, shape (m, 2).
        parameters: `n_neighbors`, `metric`, `min_dist` and `random_state` of the map.
        threads: at most so many; the result does not depend on it.
        search: how neighbours are found on large maps.
    """
    count = neighbour_count(parameters, old)
    more = min(count + _MORE, len(old))
    found = (search or Search()).nearest(new, old, more, parameters["metric"], threads)
    near = _nearest(found, count)
    return place_by(new, near, coordinates, parameters), near


def neighbour_count(parameters: dict[str, Any], old: Floats) -> int:
    """Return by how many neighbours a point is placed: in the graph of a map, it is the first."""
    return max(1, min(int(parameters["n_neighbors"]) - 1, _NEIGHBOURS, len(old)))


def place_by(
    new: Floats, near: Neighbors, coordinates: Floats, parameters: dict[str, Any]
) -> Floats:
    """Return coordinates of points whose neighbours on the map are known."""
    from umap.umap_ import find_ab_params

    weights = strengths(near.distances)
    points = np.ascontiguousarray(coordinates, dtype=np.float32)
    begin = start(near.indices, weights, points)
    states = _states(new, parameters["random_state"])
    # Edges that are due less than once in all epochs are not used.
    every: Floats = np.reciprocal(np.maximum(weights, np.float32(1 / (2 * EPOCHS))))
    pulls, pushes = forces(*find_ab_params(1.0, parameters["min_dist"]))
    move(begin, points, near.indices, every, states, _PULLS * pulls, pushes, EPOCHS)
    return begin


def _nearest(found: Neighbors, count: int) -> Neighbors:
    """Return the `count` nearest of neighbours."""
    indices = np.ascontiguousarray(found.indices[:, :count])
    distances = np.ascontiguousarray(found.distances[:, :count])
    return replace(found, indices=indices, distances=distances)


def strengths(distances: Floats) -> Floats:
    """Return the weight of each neighbour, as umap-learn's graph of a map has it.

    It is 1 for the nearest, and falls with what others are farther away by; together they weigh
    log2(k + 1).

    Args:
        distances: of k neighbours, shape (n, k), rising.
    """
    farther = np.where(distances > 0, distances, np.inf).min(axis=1, keepdims=True)
    beyond = np.maximum(distances - np.where(np.isfinite(farther), farther, 0), 0)
    widths = bandwidths(beyond, distances.mean(axis=1))[:, None]
    weights: Floats = np.exp(-beyond / widths)
    return weights


def start(indices: Integers, weights: Floats, coordinates: Floats) -> Floats:
    """Return the place of that neighbour which is nearest to all others on the map, by weight.

    The mean would lie between the islands of a map where neighbours are on several.
    """
    begin = np.empty((len(indices), 2), dtype=np.float32)
    for rows in blocks(len(indices)):
        places = coordinates[indices[rows]]
        apart = np.linalg.norm(places[:, :, None] - places[:, None], axis=-1)
        costs = np.einsum("nij,nj->ni", apart, weights[rows])
        begin[rows] = places[np.arange(len(places)), costs.argmin(axis=1)]
    return begin


def _states(new: Floats, seed: int) -> npt.NDArray[np.uint32]:
    """Return where the random numbers of each point begin: by its embedding, not its row."""
    found = [zlib.crc32(row, seed) for row in np.ascontiguousarray(new, dtype="<f4")]
    # Xorshift finds no way out of 0.
    return np.maximum(np.array(found, dtype=np.uint32), np.uint32(1))
