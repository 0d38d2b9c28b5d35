"""protspace's reducers, with UMAP made reproducible and fast."""

import numpy as np
from protspace.utils.reducers import UMAPReducer


class Reducer(UMAPReducer):
    """UMAP, started from principal components, with exact neighbours and a layout of our own.

    protspace starts from UMAP's spectral layout. Where the neighbour graph falls into pieces, as
    for unrelated families, that layout differs from run to run even with a seed; principal
    components do not (see docs/reproducibility.md). Exact neighbours spare the approximate
    search, and `steps.project.umap.layout` may use several threads.
    """

    def fit_transform(self, data: np.ndarray) -> np.ndarray:
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

    def get_params(self) -> dict:
        return super().get_params() | {"init": "pca", "neighbors": "exact", "layout": "blocks"}


def _start(data: np.ndarray, random: np.random.RandomState) -> np.ndarray:
    """Two principal components, each from 0 to 10; equal proteins do not begin at one point."""
    from sklearn.decomposition import PCA

    start = PCA(n_components=2, random_state=random).fit_transform(data)
    start += random.normal(scale=1e-5 * np.abs(start).max(), size=start.shape)
    low, high = start.min(axis=0), start.max(axis=0)
    return 10 * (start - low) / np.where(high > low, high - low, 1)
