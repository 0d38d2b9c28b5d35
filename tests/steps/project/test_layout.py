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

SHARED = {"metric": "euclidean", "n_neighbors": 15, "min_dist": 0.1, "random_state": 42}


def clusters(count=400, dimensions=32):
    rng = np.random.default_rng(0)
    centres = 3 * rng.normal(size=(6, dimensions))
    noise = rng.normal(size=(count, dimensions))
    return (centres[rng.integers(0, 6, count)] + noise).astype(np.float32)


def test_each_pair_of_blocks_meets_once_and_no_block_twice_in_a_round():
    # After steps.project, which says how many threads Numba may have.
    from steps.project.umap.layout import BLOCKS, _tournament

    rounds = _tournament(BLOCKS)
    for pairs in rounds[1:]:
        assert sorted(block for pair in pairs for block in pair) == list(range(BLOCKS))
    met = [tuple(sorted(pair)) for pairs in rounds[1:] for pair in pairs]
    assert sorted(met) == list(combinations(range(BLOCKS), 2))
    assert rounds[0] == [(block, block) for block in range(BLOCKS)]


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
