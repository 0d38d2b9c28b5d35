"""Novelty: distances of new proteins, held against those among old ones."""

import numpy as np
import pytest

from steps.project.knn.search import nearest_neighbors, nearest_references
from steps.project.placing.novelty import FAR, novelty, usual_distances
from tests.support.families import families


@pytest.fixture(scope="module")
def some():
    data, labels = families()
    foreign = labels == labels[0]
    held = np.zeros(len(data), bool)
    held[::10] = True
    return data, held & ~foreign, foreign


def found(data, new, old):
    near = nearest_references(data[new], data[old], 1, "euclidean").distances[:, 0]
    return novelty(near, usual_distances(data[old], "euclidean"))


def test_proteins_of_a_family_that_is_missing_are_novel(some):
    data, held, foreign = some
    old = ~held & ~foreign
    assert found(data, foreign, old).min() > FAR
    assert np.median(found(data, held, old)) < 0.9


def test_twins_are_not_novel(some):
    data, held, foreign = some
    assert found(data, ~held, ~held & ~foreign)[:5].max() <= 1
    assert (found(data, held, np.ones(len(data), bool)) == 0).all()


def test_usual_distances_are_those_to_the_nearest_other_protein(some):
    data, _, _ = some
    near = nearest_neighbors(data, 2, "cosine")
    assert usual_distances(data, "cosine") == pytest.approx(near.distances[:, 1], abs=1e-6)


def test_usual_distance_of_twins_is_none():
    data = np.repeat(np.eye(8, dtype=np.float32), 3, axis=0)
    assert (usual_distances(data, "euclidean") == 0).all()
