"""The nearest references of queries, and of references among the others."""

import numpy as np
import pytest
from protlabel.backends import nearest

from steps.optional.transfer.neighbors import Searched
from steps.optional.transfer.prediction import predict

METRICS = ("cosine", "euclidean")


def points(count, seed=0):
    return np.random.default_rng(seed).normal(size=(count, 24)).astype(np.float32)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("k", [1, 4, 30])
def test_neighbors_of_queries_are_those_of_protspace(metric, k):
    references, queries = points(30), points(50, seed=1)
    references[3] = 0
    near, _ = Searched(references, np.arange(30), metric).nearest(queries, k)
    rows, distances = nearest(queries, references, k, metric)
    assert (near.rows == rows).all() and (near.distances == distances).all()


@pytest.mark.parametrize("metric", METRICS)
def test_tested_references_are_not_their_own_neighbors(metric):
    references, tested = points(30), np.array([2, 5, 29])
    search = Searched(references, np.arange(30), metric)
    _, near = search.nearest(references[tested], 3, tested)
    for row, found in zip(tested, near.rows, strict=True):
        rest = np.delete(np.arange(30), row)
        rows, _ = nearest(references[[row]], references[rest], 3, metric)
        assert found.tolist() == rest[rows[0]].tolist()


def test_tested_references_change_nothing_of_queries():
    references, queries, tested = points(30), points(9, seed=1), np.arange(30)
    search = Searched(references, np.arange(30), "cosine")
    alone, _ = search.nearest(queries, 3)
    near, others = search.nearest(np.vstack([queries, references]), 3, tested)
    assert (near.rows == alone.rows).all() and (near.distances == alone.distances).all()
    assert others.rows.shape == (30, 3)


@pytest.mark.parametrize("metric", METRICS)
def test_reference_among_many_equal_ones_has_as_many_neighbors(metric):
    references = np.ones((40, 24), np.float32)
    search = Searched(references, np.arange(40), metric)
    _, near = search.nearest(references[[39]], 2, np.array([39]))
    assert near.rows.shape == (1, 2) and near.distances.max() < 1e-6


def test_equal_neighbors_come_by_identifier():
    same = np.ones((4, 3), dtype=np.float32)
    near, _ = Searched(same, np.array([3, 1, 0, 2]), "cosine").nearest(same[:1], 2)
    assert near.rows.tolist() == [[2, 1]]


@pytest.mark.slow
@pytest.mark.parametrize("metric", METRICS)
def test_labels_of_many_references_are_those_of_the_nearest(metric):
    rng = np.random.default_rng(2)
    families = rng.normal(size=(600, 32)).astype(np.float32)
    codes, tested = np.arange(24_000) % 600, np.arange(0, 24_000, 8)
    references = families[codes] + 0.3 * rng.normal(size=(24_000, 32)).astype(np.float32)
    queries = families[:300] + 0.3 * rng.normal(size=(300, 32)).astype(np.float32)
    search = Searched(references, np.arange(24_000), metric, threads=2)
    near, others = search.nearest(np.vstack([queries, references[tested]]), 3, tested)
    everything, _ = nearest(queries, references, 3, metric)
    assert 0.97 < near.recall < 1 and (near.rows == everything).mean() > 0.97
    assert (predict(near, codes, metric).codes == np.arange(300)).mean() > 0.97
    assert not (others.rows == tested[:, None]).any()
    assert (predict(others, codes, metric).codes == codes[tested]).mean() > 0.97
