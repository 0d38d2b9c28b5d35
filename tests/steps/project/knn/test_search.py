"""Neighbours through cells, held against a comparison with all points."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from steps.errors import StepError
from steps.project.knn import exact, search
from steps.project.knn.points import Points
from steps.project.knn.search import RECALL, nearest_neighbors, nearest_references
from steps.project.parameters import METRICS

#: The metrics as SciPy names them.
CDIST = {"euclidean": "euclidean", "cosine": "cosine", "manhattan": "cityblock"}


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch):
    """Let the search through cells begin at 1,000 points."""
    monkeypatch.setattr(search, "EXACT", 1000)


def families(count=4000, dimensions=40, seed=0):
    rng = np.random.default_rng(seed)
    centres = 4 * rng.normal(size=(count // 50, dimensions))
    rows = centres[rng.integers(0, len(centres), count)] + rng.normal(size=(count, dimensions))
    return rows.astype(np.float32)


def compared(data, k, metric):
    return np.sort(np.argsort(cdist(data, data, CDIST[metric]))[:, :k], axis=1)


def recall(found, truth):
    return (found[:, :, None] == truth[:, None, :]).any(axis=1).mean()


@pytest.mark.parametrize("metric", METRICS)
def test_neighbours_of_many_are_found_and_the_recall_is_right(metric):
    data = families()
    near = nearest_neighbors(data, 25, metric)
    assert 0 < near.probes < near.cells
    measured = recall(near.indices, compared(data, 25, metric))
    assert measured >= RECALL and near.recall == pytest.approx(measured, abs=0.01)


@pytest.mark.parametrize("metric", METRICS)
def test_distances_are_those_of_the_points_found(metric):
    data = families()
    near = nearest_neighbors(data, 10, metric)
    assert (near.indices[:, 0] == np.arange(len(data))).all() and (near.distances[:, 0] == 0).all()
    expected = cdist(data, data, CDIST[metric])[np.arange(len(data))[:, None], near.indices]
    assert near.distances == pytest.approx(expected, abs=1e-4)
    assert (np.diff(near.distances) >= 0).all()


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("threads", [2, 3])
def test_neighbours_are_the_same_for_any_number_of_threads(threads, metric):
    one, more = (nearest_neighbors(families(), 15, metric, n) for n in (1, threads))
    assert np.array_equal(one.indices, more.indices)
    assert np.array_equal(one.distances, more.distances)


def test_many_identical_points_are_neighbours_of_each_other():
    data = families()
    data[:1500] = data[0]
    near = nearest_neighbors(data, 15, "euclidean")
    assert (near.distances[:1500] == 0).all() and (near.indices[:1500] < 1500).all()


def test_points_far_from_everything_get_all_their_neighbours():
    data = families()
    data[:3] += 1e4 * np.eye(3, 40, dtype=np.float32)
    near = nearest_neighbors(data, 60, "euclidean")
    # Cells near to these have fewer points than are asked for.
    assert all(len(set(row)) == 60 for row in near.indices[:3].tolist())
    farthest = np.linalg.norm(data[0] - data[compared(data, 60, "euclidean")[0]], axis=1).max()
    assert near.distances[0, -1] == pytest.approx(farthest, rel=1e-3)


def test_points_without_families_are_compared_with_all():
    data = np.random.default_rng(0).normal(size=(2000, 200)).astype(np.float32)
    near = nearest_neighbors(data, 10, "euclidean")
    assert (near.cells, near.recall) == (0, 1.0)
    assert np.array_equal(np.sort(near.indices), compared(data, 10, "euclidean"))


def test_references_near_to_queries_are_found():
    references, queries = families(), families(seed=1)[:300] + families()[:300]
    near = nearest_references(queries, references, 5, "cosine", 2)
    truth = exact.nearest(Points.of(queries, "cosine"), Points.of(references, "cosine"), 5, 1)
    assert recall(near.indices, truth) >= RECALL


@pytest.mark.slow
def test_memory_stays_below_that_of_another_matrix():
    """In a process of its own: what others left behind is no measure."""
    code = """
import resource, numpy as np
from steps.project import threads; threads.use_one()
from steps.project.knn.search import nearest_neighbors
rng = np.random.default_rng(0)
centres = 4 * rng.normal(size=(600, 512)).astype("f4")
data = centres[rng.integers(0, 600, 60_000)] + rng.standard_normal((60_000, 512), dtype="f4")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
nearest_neighbors(data[:21_000], 15, "euclidean")
before = peak()
nearest_neighbors(data, 15, "euclidean")
print((peak() - before) / data.nbytes)
"""
    command = [sys.executable, "-c", code]
    assert float(subprocess.run(command, check=True, capture_output=True).stdout) < 1


def test_gpu_without_pytorch_is_an_error(monkeypatch):
    monkeypatch.setattr(search, "find_spec", lambda name: None)
    with pytest.raises(StepError, match=r"pip install '\.\[local\]'") as caught:
        nearest_neighbors(families(100), 5, "euclidean", device="cuda")
    assert caught.value.code == "PYTORCH_MISSING"
