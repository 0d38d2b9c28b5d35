"""Find exact k-nearest neighbours, the same on every run."""

import faiss
import numpy as np

# Rows compared at a time, so that memory does not grow with a copy of all points.
_BLOCK = 4096


def nearest_neighbors(data: np.ndarray, k: int, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the `k` nearest points of each point, itself first.

    Args:
        data: float32, shape (n, d).
        k: number of neighbours, the point itself included; at most n.
        metric: "euclidean" or "cosine" (1 - cosine similarity).

    Returns:
        Indices (int32) and distances (float32), both of shape (n, k), by rising distance; equal
        distances by index.
    """
    points = np.ascontiguousarray(data, dtype=np.float32)
    if metric == "cosine":
        points = _unit_vectors(points)
    _, candidates = faiss.knn(points, points, k, metric=faiss.METRIC_L2)
    indices, distances = _sorted(points, candidates)
    return indices, distances**2 / 2 if metric == "cosine" else distances


def _unit_vectors(points: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    return points / np.where(norms > 0, norms, 1)


def _sorted(points: np.ndarray, candidates: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    # faiss finds neighbours through dot products, whose rounding blurs small distances (a point
    # may not even be nearest to itself), so the distances of those found are taken directly.
    own = np.arange(len(points))
    missing = ~(candidates == own[:, None]).any(axis=1)
    candidates[missing, -1] = own[missing]
    distances = np.empty(candidates.shape, dtype=np.float32)
    for start in range(0, len(points), _BLOCK):
        rows = slice(start, start + _BLOCK)
        for rank in range(candidates.shape[1]):
            difference = points[candidates[rows, rank]] - points[rows]
            distances[rows, rank] = np.sqrt(np.einsum("id,id->i", difference, difference))
    itself_first = np.where(candidates == own[:, None], -1, distances)
    order = np.lexsort((candidates, itself_first), axis=1)
    indices = np.take_along_axis(candidates, order, axis=1).astype(np.int32)
    return indices, np.take_along_axis(distances, order, axis=1)
