"""PaCMAP and LocalMAP for many points, with the kNN that UMAP takes too.

Both classes of pacmap take pairs of neighbours; its own search, by HNSW on one thread, takes longer
than all else. Up to `EXACT` points they are left to it.
"""

from typing import Any

import numpy as np
import numpy.typing as npt
from protspace.utils.constants import DimensionReductionConfig
from protspace.utils.reducers import LocalMAPReducer, PaCMAPReducer

from steps.project.knn.search import EXACT, Neighbors, described, nearest_neighbors

Floats = npt.NDArray[np.float32]
#: Neighbours among which pacmap chooses, beside those that it takes.
_MORE = 50


class Reducer:
    """PaCMAP or LocalMAP as protspace calls them."""

    def __init__(self, config: DimensionReductionConfig, threads: int, method: str) -> None:
        self._config, self._threads, self._local = config, threads, method == "localmap"
        self._theirs = (LocalMAPReducer if self._local else PaCMAPReducer)(config)
        self._found: dict[str, Any] = {}

    def fit_transform(self, data: Floats) -> Floats:
        """Return coordinates (float32, shape (n, 2)) of `data` (float32, shape (n, d))."""
        if len(data) <= EXACT:
            few: Floats = self._theirs.fit_transform(data)
            return few
        from pacmap import LocalMAP, PaCMAP

        config = self._config
        near = nearest_neighbors(data, config.n_neighbors + _MORE + 1, "euclidean", self._threads)
        self._found = described(near)
        reducer = (LocalMAP if self._local else PaCMAP)(
            n_components=config.n_components,
            n_neighbors=config.n_neighbors,
            MN_ratio=config.mn_ratio,
            FP_ratio=config.fp_ratio,
            random_state=config.random_state,
            pair_neighbors=_pairs(data, near, config.n_neighbors),
        )
        coordinates: Floats = reducer.fit_transform(data, init="pca")
        return coordinates

    def get_params(self) -> dict[str, Any]:
        """Return the parameters that the bundle records."""
        return dict(self._theirs.get_params()) | self._found


def _pairs(data: Floats, near: Neighbors, count: int) -> npt.NDArray[np.int32]:
    """Return pairs of neighbours as pacmap chooses them, shape (n * count, 2)."""
    from pacmap.pacmap import sample_neighbors_pair, scale_dist

    others, distances = near.indices[:, 1:], near.distances[:, 1:]
    others, distances = np.ascontiguousarray(others), np.ascontiguousarray(distances)
    sigma = np.maximum(np.mean(distances[:, 3:6], axis=1), 1e-10)
    scaled = scale_dist(distances, sigma, others)
    pairs: npt.NDArray[np.int32] = sample_neighbors_pair(data, scaled, others, count)
    return pairs
