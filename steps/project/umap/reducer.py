"""Reduce by protspace's methods, with UMAP made reproducible and fast."""

from typing import Any

import numpy as np
import numpy.typing as npt
from protspace.utils.constants import DimensionReductionConfig
from protspace.utils.reducers import UMAPReducer

from steps.project.knn.search import Neighbors, described, nearest_neighbors

Floats = npt.NDArray[np.float32]
#: Heads, tails and weights of the edges of a graph.
Graph = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], Floats]


class Reducer(UMAPReducer):  # type: ignore[misc]  # protspace is untyped
    """UMAP, started from principal components, with kNN and a layout of our own.

    protspace starts from UMAP's spectral layout. Where the kNN graph is disconnected, as
    for unrelated families, that layout differs from run to run even with a seed; principal
    components do not (see docs/reproducibility.md). `steps.project.knn` replaces the approximate
    search, and `steps.project.umap.layout` may use several threads.
    """

    def __init__(
        self, config: DimensionReductionConfig, threads: int, layout: str = "blocks"
    ) -> None:
        super().__init__(config)
        self._threads, self._layout = threads, layout
        self._found: dict[str, Any] = {}

    def fit_transform(self, data: Floats) -> Floats:
        """Return coordinates (float32, shape (n, 2)) of `data` (float32, shape (n, d))."""
        from steps.project.umap.start import start

        config = self.config
        near = nearest_neighbors(data, config.n_neighbors, config.metric, self._threads)
        self._found = described(near)
        random = np.random.RandomState(config.random_state)
        if self._layout == "umap-learn":
            return self._by_umap_learn(data, near, start(data, random))
        graph = self._graph(data, near, random)
        return self._by_blocks(graph, start(data, random))

    def get_params(self) -> dict[str, Any]:
        """Return the parameters that the bundle records."""
        origin = {"init": "pca", "layout": self._layout}
        return dict(super().get_params()) | origin | self._found

    def _graph(self, data: Floats, near: Neighbors, random: np.random.RandomState) -> Graph:
        from umap.umap_ import fuzzy_simplicial_set

        config = self.config
        graph, _, _ = fuzzy_simplicial_set(
            data, config.n_neighbors, random, config.metric, {}, near.indices, near.distances
        )
        edges = graph.tocoo()
        return edges.row, edges.col, edges.data

    def _by_blocks(self, graph: Graph, begin: Floats) -> Floats:
        from umap.umap_ import find_ab_params

        from steps.project.umap.layout import lay_out

        curve = find_ab_params(1.0, self.config.min_dist)
        # What umap-learn takes.
        epochs = 500 if len(begin) <= 10_000 else 200
        return lay_out(begin, graph, curve, epochs, self.config.random_state)

    def _by_umap_learn(self, data: Floats, near: Neighbors, begin: Floats) -> Floats:
        from umap import UMAP

        config = self.config
        theirs = UMAP(
            n_neighbors=config.n_neighbors,
            min_dist=config.min_dist,
            metric=config.metric,
            random_state=config.random_state,
            init=begin,
            precomputed_knn=(near.indices, near.distances),
        )
        coordinates: Floats = theirs.fit_transform(data)
        return coordinates
