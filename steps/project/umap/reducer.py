"""Reduce by protspace's methods, with UMAP made reproducible and fast."""

from typing import Any

import numpy as np
import numpy.typing as npt
from protspace.utils.reducers import UMAPReducer

Floats = npt.NDArray[np.float32]


class Reducer(UMAPReducer):  # type: ignore[misc]  # protspace is untyped
    """UMAP, started from principal components, with exact kNN and a layout of our own.

    protspace starts from UMAP's spectral layout. Where the kNN graph is disconnected, as
    for unrelated families, that layout differs from run to run even with a seed; principal
    components do not (see docs/reproducibility.md). Exact kNN replace the approximate
    search, and `steps.project.umap.layout` may use several threads.
    """

    def fit_transform(self, data: Floats) -> Floats:
        """Return coordinates (float32, shape (n, 2)) of `data` (float32, shape (n, d))."""
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set

        from steps.project.umap.knn import nearest_neighbors
        from steps.project.umap.layout import lay_out

        config = self.config
        random = np.random.RandomState(config.random_state)
        near = nearest_neighbors(data, config.n_neighbors, config.metric)
        graph, _, _ = fuzzy_simplicial_set(
            data, config.n_neighbors, random, config.metric, {}, *near
        )
        graph = graph.tocoo()
        return lay_out(
            _start(data, random),
            (graph.row, graph.col, graph.data),
            find_ab_params(1.0, config.min_dist),
            # What umap-learn takes.
            500 if len(data) <= 10_000 else 200,
            config.random_state,
        )

    def get_params(self) -> dict[str, Any]:
        """Return the parameters that the bundle records."""
        return dict(super().get_params()) | {
            "init": "pca",
            "neighbors": "exact",
            "layout": "blocks",
        }


def _start(data: Floats, random: np.random.RandomState) -> Floats:
    """Return two principal components, each from 0 to 10, with noise that parts equal points."""
    from sklearn.decomposition import PCA

    start = PCA(n_components=2, random_state=random).fit_transform(data)
    start += random.normal(scale=1e-5 * np.abs(start).max(), size=start.shape)
    low, high = start.min(axis=0), start.max(axis=0)
    scaled: Floats = 10 * (start - low) / np.where(high > low, high - low, 1)
    return scaled
