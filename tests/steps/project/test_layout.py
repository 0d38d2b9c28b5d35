"""UMAP's layout: as good as umap-learn's, and the same bytes whatever the threads."""

import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from sklearn.manifold import trustworthiness

from steps.embed.file import write_embeddings
from steps.project.knn.search import nearest_neighbors
from steps.project.step import DEFAULTS, reduce
from steps.project.umap.schedule import BLOCKS, tournament

SHARED = {"metric": "euclidean", "n_neighbors": 15, "min_dist": 0.1, "random_state": 42}


def clusters(count=400, dimensions=32):
    rng = np.random.default_rng(0)
    centres = 3 * rng.normal(size=(6, dimensions))
    noise = rng.normal(size=(count, dimensions))
    return (centres[rng.integers(0, 6, count)] + noise).astype(np.float32)


def test_each_pair_of_blocks_meets_once_and_no_block_twice_in_a_round():
    rounds = tournament(BLOCKS)
    for pairs in rounds[1:]:
        assert sorted(block for pair in pairs for block in pair) == list(range(BLOCKS))
    met = [tuple(sorted(pair)) for pairs in rounds[1:] for pair in pairs]
    assert sorted(met) == list(combinations(range(BLOCKS), 2))
    assert rounds[0] == [(block, block) for block in range(BLOCKS)]


def test_forces_are_those_of_umap_learn():
    # After steps.project, which says how many threads Numba may have.
    from steps.project.umap.forces import force, forces

    a, b = 1.577, 0.895
    pulls, pushes = forces(a, b)
    for square in np.exp2(np.random.default_rng(0).uniform(-20, 16, 1000)).astype(np.float32):
        pull = -2 * a * b * square ** (b - 1) / (a * square**b + 1)
        push = 2 * b / ((0.001 + square) * (a * square**b + 1))
        assert force(pulls, square) == pytest.approx(pull, rel=2e-4)
        assert force(pushes, square) == pytest.approx(push, rel=2e-4)


@pytest.mark.parametrize("square", [1e-38, 1e-7, 1e5, 1e38])
def test_forces_beyond_the_tables_are_those_of_their_ends(square):
    from steps.project.umap.forces import force, forces

    for table in forces(1.577, 0.895):
        end = table[0, 0] if square < 1 else table[-1, 0]
        assert force(table, np.float32(square)) == pytest.approx(end, rel=0.05)


def test_the_number_of_threads_changes_no_byte(tmp_path):
    data = clusters()
    names = [f"P{number}" for number in range(len(data))]
    write_embeddings(tmp_path / "e.h5", "some", [(names, data)])
    written = []
    for threads in ("1", "2"):
        output = tmp_path / f"{threads}.parquet"
        command = [sys.executable, "-m", "steps", "project", tmp_path / "e.h5", "--method", "umap2"]
        subprocess.run([*command, "--threads", threads, "--output", output], check=True)
        written.append(output.read_bytes())
    assert written[0] == written[1]


def test_equal_proteins_and_few_of_them_are_placed():
    data = np.repeat(clusters(4), 3, axis=0)
    points, _ = reduce(data, "umap", DEFAULTS | SHARED | {"n_neighbors": 5})
    assert np.isfinite(points).all() and len(np.unique(points, axis=0)) == len(data)


@pytest.mark.slow
# umap-learn warns of its seed, and of kNN that it is given.
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_maps_are_as_trustworthy_as_those_of_umap_learn():
    from umap import UMAP

    data = clusters(1500)
    near = nearest_neighbors(data, 15, "euclidean")
    theirs = UMAP(
        n_neighbors=15, init="pca", random_state=42, precomputed_knn=(near.indices, near.distances)
    )
    reference = trustworthiness(data, theirs.fit_transform(data), n_neighbors=15)
    ours, _ = reduce(data, "umap", DEFAULTS | SHARED)
    assert trustworthiness(data, ours, n_neighbors=15) > reference - 0.01
