"""Exact nearest neighbours, the same on every run."""

import faiss
import numpy as np

_VALUES_PER_BLOCK = 2**25


def nearest_neighbors(data: np.ndarray, k: int, metric: str) -> tuple[np.ndarray, np.ndarray]:
    """The `k` nearest points of each point, itself first.

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
    indices = np.empty((len(points), k), dtype=np.int32)
    distances = np.empty((len(points), k), dtype=np.float32)
    step = max(1, _VALUES_PER_BLOCK // (k * points.shape[1]))
    for start in range(0, len(points), step):
        block = slice(start, start + step)
        indices[block], distances[block] = _sorted_block(points, start, candidates[block])
    return indices, distances**2 / 2 if metric == "cosine" else distances


def _unit_vectors(points: np.ndarray) -> np.ndarray:
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    return points / np.where(norms > 0, norms, 1)


def _sorted_block(
    points: np.ndarray, start: int, candidates: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    # faiss finds neighbours through dot products, whose rounding blurs small distances (a point
    # may not even be nearest to itself), so the distances of those found are taken directly.
    own = np.arange(start, start + len(candidates))
    candidates = np.where(candidates < 0, own[:, None], candidates)
    missing = ~(candidates == own[:, None]).any(axis=1)
    candidates[missing, -1] = own[missing]
    differences = points[candidates] - points[own][:, None, :]
    distances = np.sqrt(np.einsum("ikd,ikd->ik", differences, differences))
    distances[candidates == own[:, None]] = -1
    order = np.lexsort((candidates, distances), axis=1)
    distances = np.take_along_axis(distances, order, axis=1)
    return np.take_along_axis(candidates, order, axis=1), np.maximum(distances, 0)
