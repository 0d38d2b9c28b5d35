"""New points of a UMAP: near those of their kind, and at the same place in any company."""

import subprocess
import sys

import numpy as np
import pytest

from steps.project.knn.search import nearest_references
from tests.support.families import PARAMETERS, agreement, held_out, placement_error


@pytest.fixture(scope="module")
def some():
    return held_out("umap")


def placed(some, rows=slice(None), old=None, coordinates=None, **changes):
    # After steps.project.step, which says how many threads Numba may have.
    from steps.project.placing.umap import place

    old, coordinates = (some.old, some.map) if old is None else (old, coordinates)
    return place(some.new[rows], old, coordinates, PARAMETERS | changes)[0]


def test_held_out_proteins_lie_among_their_family_as_on_the_whole_map(some):
    whole = agreement(some.rest, some.whole, some.new_labels, some.old_labels)
    ours = agreement(placed(some), some.map, some.new_labels, some.old_labels)
    assert ours > whole - 0.02


def test_held_out_proteins_lie_as_near_to_their_neighbours_as_on_the_whole_map(some):
    near = nearest_references(some.new, some.old, 10, "euclidean").indices
    whole = placement_error(some.rest, some.whole, near)
    assert placement_error(placed(some), some.map, near) < whole + 0.02


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_places_are_nearer_to_neighbours_than_those_of_umap_learn(some):
    from umap import UMAP

    theirs = UMAP(n_neighbors=15, random_state=42, init=some.map.copy(), n_epochs=1).fit(some.old)
    # Its own places, on our map.
    theirs.embedding_, theirs.n_epochs = some.map.copy(), None
    near = nearest_references(some.new, some.old, 10, "euclidean").indices
    reference = theirs.transform(some.new)
    ours = placed(some)
    assert placement_error(ours, some.map, near) < placement_error(reference, some.map, near)
    spread = some.map.std()
    assert np.median(np.linalg.norm(ours - reference, axis=1)) < 0.1 * spread


def test_a_protein_has_the_same_place_in_any_company(some):
    together = placed(some)
    for row in (0, 7, 23):
        alone = placed(some, slice(row, row + 1))
        assert alone.tobytes() == together[row : row + 1].tobytes()
    assert placed(some, slice(None, None, -1)).tobytes() == together[::-1].tobytes()


def test_another_seed_gives_other_places(some):
    assert (placed(some, random_state=1) != placed(some)).any(axis=1).all()


def test_weights_are_those_of_umap_learns_graph(some):
    from umap.umap_ import smooth_knn_dist

    from steps.project.placing.umap import strengths

    near = nearest_references(some.new, some.old, 14, "euclidean")
    # In its graph, the first neighbour is the point itself.
    own = np.hstack([np.zeros((len(some.new), 1), np.float32), near.distances])
    widths, nearest = smooth_knn_dist(own, 15.0, local_connectivity=1.0)
    beyond = np.maximum(near.distances - nearest[:, None], 0)
    assert strengths(near.distances) == pytest.approx(np.exp(-beyond / widths[:, None]), abs=1e-4)


def test_points_of_the_map_are_placed_again_near_to_where_they_are(some):
    from steps.project.placing.again import place_again

    found = place_again(some.old, some.map, PARAMETERS)
    assert found["proteins"] == 200 and 0 < found["median"] < found["ninth_decile"] < 0.1
    shuffled = np.random.default_rng(0).permutation(some.map)
    assert place_again(some.old, shuffled, PARAMETERS)["median"] > 0.3


def test_a_twin_lies_beside_its_twin(some):
    from steps.project.placing.umap import place

    twins = place(some.old[:20], some.old, some.map, PARAMETERS)[0]
    assert np.linalg.norm(twins - some.map[:20], axis=1).max() < 0.1 * some.map.std()


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_old_points_are_enough(some, count):
    points = placed(some, old=some.old[:count], coordinates=some.map[:count])
    assert np.isfinite(points).all()


def test_equal_old_points_are_no_hindrance(some):
    old = np.repeat(some.old[:1], 20, axis=0)
    points = placed(some, old=old, coordinates=np.zeros((20, 2), np.float32))
    assert np.isfinite(points).all()


@pytest.mark.slow
def test_the_number_of_threads_changes_no_byte():
    program = (
        "import sys; from steps.project import step, threads; threads.let_numba_use(sys.argv[1]);"
        "import numpy as np; from steps.project.placing.umap import place;"
        "old, new = np.random.default_rng(0).normal(size=(2, 400, 16)).astype(np.float32);"
        "shared = dict(n_neighbors=15, min_dist=0.1, metric='cosine', random_state=1);"
        "points, _ = place(new, old, old[:, :2], shared, int(sys.argv[1]));"
        "sys.stdout.buffer.write(points.tobytes())"
    )
    found = [
        subprocess.run([sys.executable, "-c", program, count], check=True, capture_output=True)
        for count in ("1", "2")
    ]
    assert found[0].stdout == found[1].stdout and len(found[0].stdout) == 400 * 2 * 4
