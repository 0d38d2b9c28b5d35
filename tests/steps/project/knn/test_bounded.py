"""The comparison with all points through fewer dimensions, held against one in all dimensions."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from steps.project.knn import bounded, exact
from steps.project.knn.points import Points
from steps.project.knn.space import Space


def drawn(share):
    """Points of 40 dimensions; the first 8 have nearly all of their spread, or some `share`."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(3000, 40)) * np.where(np.arange(40) < 8, 1, share)
    rows[:400] = rows[0]
    return (rows + 7).astype(np.float32)


def nearest(data, metric, queries=700):
    points = Points.of(data, metric)
    some = points.only(np.arange(queries))
    found = bounded.nearest(some, points, 10, Space.of(points, 8), threads=2)
    return np.sort(exact.distances(some, points, found, threads=1), axis=1)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
@pytest.mark.parametrize("share", [0.01, 0.3, 1])
def test_distances_are_those_of_the_nearest_of_all(share, metric):
    data = drawn(share)
    if metric == "euclidean":
        whole = cdist(data[:700], data)
    else:
        whole = np.sqrt(2 * np.maximum(cdist(data[:700], data, "cosine"), 0))
    expected = np.sort(whole, axis=1)[:, :10]
    assert nearest(data, metric) == pytest.approx(expected, abs=2e-3, rel=1e-4)


@pytest.mark.parametrize(("share", "few", "many"), [(0.01, 0, 50), (1, 690, 700)])
def test_only_uncertain_ones_are_compared_in_all_dimensions(monkeypatch, share, few, many):
    compared, whole = [], exact.nearest
    monkeypatch.setattr(
        exact, "nearest", lambda some, *rest: compared.append(len(some)) or whole(some, *rest)
    )
    nearest(drawn(share)[::-1], "euclidean")
    assert few <= sum(compared) <= many


def test_fewer_points_than_candidates_are_all_looked_at():
    data = drawn(1)[-30:]
    assert nearest(data, "euclidean", 30) == pytest.approx(
        np.sort(cdist(data, data), axis=1)[:, :10], abs=2e-3
    )
