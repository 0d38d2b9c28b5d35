"""Place proteins by the graph of their most similar ones, as UMAP does.

Distances are those of protspace's MDS, sqrt(1 - identity). Where a protein has fewer hits than
UMAP asks for, the missing ones are at distance 1, as nothing in common is, and have no edge:
umap-learn would take infinity for them, which makes all weights of such a protein 1. UMAP cannot
place proteins without any edge; they surround the others, as a ring.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from protspace.utils.reducers import UMAPReducer
from scipy.sparse import csr_array

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

_GOLDEN_ANGLE = np.pi * (3 - 5**0.5)
#: Rounds in which proteins move to the mean of their neighbours before the layout begins.
_ROUNDS = 50


def most_similar(similarities: csr_array, count: int) -> tuple[Ints, Floats]:
    """Return the nearest neighbours of each protein, itself first, as UMAP takes them.

    Args:
        similarities: identities (0 to 1), shape (n, n), without a diagonal.
        count: of neighbours, the protein itself included.

    Returns:
        Rows (int32, -1 where there is none) and distances (float32), both of shape (n, count), by
        rising distance; equal distances by row.
    """
    size = similarities.shape[0]
    owners = np.repeat(np.arange(size, dtype=np.int32), np.diff(similarities.indptr))
    order = np.lexsort((similarities.indices, -similarities.data, owners))
    ranks = np.arange(len(owners)) - similarities.indptr[owners] + 1
    kept = ranks < count
    places, order = (owners[kept], ranks[kept]), order[kept]
    neighbors = np.full((size, count), -1, dtype=np.int32)
    distances = np.ones((size, count), dtype=np.float32)
    neighbors[:, 0], distances[:, 0] = np.arange(size), 0
    neighbors[places] = similarities.indices[order]
    distances[places] = np.sqrt(1 - similarities.data[order])
    return neighbors, distances


class Reducer(UMAPReducer):  # type: ignore[misc]  # protspace is untyped
    """UMAP of identities, in the form of protspace's reducers."""

    def fit_transform(self, data: csr_array) -> Floats:
        """Return coordinates (float32, shape (n, 2)) of identities, shape (n, n)."""
        return place(data, self.config)

    def get_params(self) -> dict[str, Any]:
        """Return the parameters that the bundle records."""
        return dict(super().get_params()) | {
            "metric": "sqrt(1 - identity)",
            "init": "components",
            "neighbors": "MMseqs2",
            "layout": "blocks",
        }


def place(similarities: csr_array, config: Any) -> Floats:  # noqa: ANN401  (protspace's)
    """Return coordinates (float32, shape (n, 2)), the same for any number of threads.

    Args:
        similarities: identities (0 to 1), shape (n, n), without a diagonal.
        config: protspace's DimensionReductionConfig.
    """
    from umap.umap_ import find_ab_params, fuzzy_simplicial_set

    from steps.project.umap.layout import lay_out

    random = np.random.RandomState(config.random_state)
    near = most_similar(similarities, config.n_neighbors)
    graph, _, _ = fuzzy_simplicial_set(
        similarities, config.n_neighbors, random, "precomputed", {}, *near
    )
    graph = graph.tocsr()
    linked = np.flatnonzero(np.diff(graph.indptr))
    points = np.zeros((len(near[0]), 2), dtype=np.float32)
    if len(linked):
        part = graph[linked][:, linked].tocoo()
        points[linked] = lay_out(
            _start(part, random),
            (part.row, part.col, part.data),
            find_ab_params(1.0, config.min_dist),
            # What umap-learn takes.
            500 if len(linked) <= 10_000 else 200,
            config.random_state,
        )
    _surround(points, linked)
    return points


def _start(graph: Any, random: np.random.RandomState) -> Floats:  # noqa: ANN401
    """Return where the points begin: connected ones together, those with many edges in the middle.

    Within a connected component, random points move to the mean of their neighbours, which leaves
    its widest variation, as the leading eigenvectors of its spectral layout would.
    """
    from scipy.sparse.csgraph import connected_components

    _, component = connected_components(graph, directed=False)
    sizes = np.bincount(component)
    points = _smoothed(graph.tocsr(), random.normal(size=(len(component), 2)), component)
    rank = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable")
    before = np.cumsum(np.sort(sizes)[::-1])[rank] - sizes
    centres = _sunflower(before + sizes / 2, rank)
    radii = np.sqrt(sizes)
    spread = np.maximum(1e-12, np.sqrt(np.bincount(component, (points**2).sum(axis=1)) / sizes))
    points = centres[component] + points * (radii / spread / 2)[component][:, None]
    # Noise parts points that are equal.
    points += random.normal(scale=1e-5 * np.abs(points).max(), size=points.shape)
    start: Floats = (10 * points / np.abs(points).max()).astype(np.float32)
    return start


def _smoothed(graph: Any, points: npt.NDArray[np.float64], component: Ints) -> Any:  # noqa: ANN401
    """Return points, shape (n, 2), around 0 in each component, as means of their neighbours."""
    sizes = np.bincount(component)
    degrees = np.asarray(graph.sum(axis=1)).reshape(-1, 1)
    for _ in range(_ROUNDS):
        points = points / 2 + graph @ points / degrees / 2
        for axis in (0, 1):
            points[:, axis] -= (np.bincount(component, points[:, axis]) / sizes)[component]
    return points


def _surround(points: Floats, linked: npt.NDArray[np.intp]) -> None:
    """Place all points but the linked ones around those, as densely as those lie."""
    alone = np.setdiff1d(np.arange(len(points)), linked)
    middle = points[linked].mean(axis=0) if len(linked) else np.zeros(2)
    extent = np.linalg.norm(points[linked] - middle, axis=1).max() if len(linked) else 1.0
    inner = max(1, len(linked))
    ring = _sunflower((1 + np.arange(len(alone)) / inner) * inner, np.arange(len(alone)))
    points[alone] = middle + 1.05 * extent * ring / np.sqrt(inner)


def _sunflower(area: npt.NDArray[np.float64], rank: npt.NDArray[np.intp]) -> Any:  # noqa: ANN401
    """Return points of Vogel's spiral, shape (n, 2), each with such an area within its radius."""
    radius, angle = np.sqrt(area), rank * _GOLDEN_ANGLE
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)
