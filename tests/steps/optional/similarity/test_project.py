"""Projections of identities: by MDS, and by UMAP of a sparse graph."""

import json
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.sparse import csr_array

from steps.optional.similarity import ALL_PAIRS, graph, project
from steps.optional.similarity.file import write_similarities
from steps.project.step import DEFAULTS

PARAMETERS = DEFAULTS | {
    "n_neighbors": 8,
    "min_dist": 0.1,
    "random_state": 42,
    "metric": "euclidean",
}


def families(count, members=10, alone=4):
    """Return identities of so many proteins: families around 0.6, and a few without relatives."""
    rng = np.random.default_rng(0)
    family = np.arange(count) // members
    first = np.repeat(np.arange(count), members)
    second = family[first] * members + np.tile(np.arange(members), count)
    kept = (first < second) & (second < count - alone)
    pairs = (first[kept], second[kept])
    half = csr_array((rng.uniform(0.4, 0.8, kept.sum()), pairs), shape=(count, count))
    return csr_array((half + half.T).astype(np.float32))


def write(path, count):
    write_similarities(path, [f"P{row}" for row in range(count)], families(count))


def test_missing_neighbors_are_at_distance_1_without_an_edge():
    dense = np.float32([[0, 0.64, 0.36, 0], [0.64, 0, 0, 0], [0.36, 0, 0, 0], [0, 0, 0, 0]])
    neighbors, distances = graph.most_similar(csr_array(dense), 3)
    assert neighbors.tolist() == [[0, 1, 2], [1, 0, -1], [2, 0, -1], [3, -1, -1]]
    assert distances == pytest.approx(
        np.sqrt([[0, 0.36, 0.64], [0, 0.36, 1], [0, 0.64, 1], [0, 1, 1]])
    )


def test_equally_similar_neighbors_come_by_row():
    dense = np.float32(np.full((4, 4), 0.5) - 0.5 * np.eye(4))
    assert graph.most_similar(csr_array(dense), 3)[0].tolist() == [
        *([0, 1, 2], [1, 0, 2], [2, 0, 1], [3, 0, 1])
    ]


def test_families_stay_together_and_the_unrelated_stand_around_them():
    points, _ = project.projected(families(300), "umap", PARAMETERS)
    centres = points[:290].reshape(29, 10, 2).mean(axis=1)
    spread = np.linalg.norm(points[:290].reshape(29, 10, 2) - centres[:, None], axis=2).max()
    gaps = np.linalg.norm(centres[:, None] - centres, axis=2)[~np.eye(29, dtype=bool)]
    assert np.median(gaps) > 2 * spread
    distances = np.linalg.norm(points - points[:296].mean(axis=0), axis=1)
    assert distances[296:].min() > distances[:296].max()
    assert len(np.unique(points, axis=0)) == 300


@pytest.mark.parametrize("count", [2, 12])
def test_proteins_without_any_relative_are_placed_apart(count):
    points, _ = project.projected(csr_array((count, count), dtype=np.float32), "umap", PARAMETERS)
    assert np.isfinite(points).all() and len(np.unique(points, axis=0)) == count


def test_a_pair_among_others_is_placed():
    dense = np.zeros((5, 5), dtype=np.float32)
    dense[0, 1] = dense[1, 0] = 1
    points, _ = project.projected(csr_array(dense), "umap", PARAMETERS)
    assert np.isfinite(points).all() and len(np.unique(points, axis=0)) == 5


def test_few_proteins_are_placed_by_mds(tmp_path):
    write(tmp_path / "s.parquet", 40)
    project.main([str(tmp_path / "s.parquet"), "--output", str(tmp_path / "p.parquet")])
    metadata = pq.read_schema(tmp_path / "p.parquet").metadata
    assert (metadata[b"embedder"], metadata[b"method"]) == (b"MMseqs2", b"mds2")


@pytest.mark.slow
def test_many_proteins_are_placed_by_umap_with_any_number_of_threads(tmp_path):
    write(tmp_path / "s.parquet", ALL_PAIRS + 1)
    for count in (1, 2):
        command = [sys.executable, "-m", "steps", "project_similarity", str(tmp_path / "s.parquet")]
        command += ["--threads", str(count), "--output", str(tmp_path / f"{count}.parquet")]
        subprocess.run(command, check=True)
    assert (tmp_path / "1.parquet").read_bytes() == (tmp_path / "2.parquet").read_bytes()
    metadata = pq.read_schema(tmp_path / "1.parquet").metadata
    info = json.loads(metadata[b"info_json"])
    assert metadata[b"method"] == b"umap2" and info["n_neighbors"] == 25
    assert (info["metric"], info["neighbors"]) == ("sqrt(1 - identity)", "MMseqs2")
