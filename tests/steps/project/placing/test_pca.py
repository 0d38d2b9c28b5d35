"""New points of a PCA are placed by the components that made it."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from steps.project.placing.pca import Components
from tests.support.families import held_out


@pytest.fixture(scope="module")
def some():
    return held_out("pca")


@pytest.fixture(scope="module")
def components(some):
    return Components.of(some.old, some.map)


def test_components_give_the_points_of_the_map_itself(some, components):
    assert components.place(some.old) == pytest.approx(some.map, abs=1e-4 * float(some.map.std()))


def test_new_points_are_where_scikit_learn_puts_them(some, components):
    theirs = PCA(2, svd_solver="arpack", random_state=42).fit(some.old).transform(some.new)
    assert components.place(some.new) == pytest.approx(theirs, abs=1e-4 * float(some.map.std()))


def test_a_protein_has_the_same_place_in_any_company(some, components):
    together = components.place(some.new)
    assert components.place(some.new[3:4]).tobytes() == together[3:4].tobytes()


def test_components_are_the_same_as_text(some, components):
    again = Components.from_text(components.to_text())
    assert again.to_text() == components.to_text()
    assert again.place(some.new) == pytest.approx(components.place(some.new), abs=1e-4)


def test_a_map_without_a_second_dimension_has_places(some):
    flat = np.column_stack([some.map[:, 0], np.zeros(len(some.map), np.float32)])
    assert np.isfinite(Components.of(some.old, flat).place(some.new)).all()
