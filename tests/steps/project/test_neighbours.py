"""Step neighbours: the nearest others of each protein, by a comparison with all."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from steps.embed.file import write_embeddings
from steps.project import neighbours


@pytest.fixture
def points():
    return np.random.default_rng(1).normal(size=(60, 8)).astype(np.float32)


def by_definition(points, metric):
    if metric == "cosine":
        unit = points / np.linalg.norm(points, axis=1, keepdims=True)
        return 1 - unit @ unit.T
    return np.linalg.norm(points[:, None] - points[None], axis=2)


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_neighbours_are_the_nearest_others(points, metric):
    distances = by_definition(points, metric)
    np.fill_diagonal(distances, np.inf)
    found = neighbours.find(points, metric)
    nearest = np.argsort(distances, axis=1)[:, : neighbours.COUNT]
    assert (found.indices == nearest).all()
    wanted = np.take_along_axis(distances, nearest, axis=1)
    assert np.allclose(found.distances, wanted, atol=1e-5)


def test_equal_proteins_are_neighbours_at_distance_zero_but_none_of_itself():
    found = neighbours.find(np.ones((3, 4), np.float32), "euclidean")
    assert found.indices.tolist() == [[1, 2], [0, 2], [0, 1]]
    assert not found.distances.any()


def test_step_writes_rows_and_distances(points, tmp_path):
    identifiers = [f"P{n}" for n in range(len(points))]
    write_embeddings(tmp_path / "x.h5", "kmers", [(identifiers, points)])
    neighbours.main([str(tmp_path / "x.h5"), "--output", str(tmp_path / "near.parquet")])
    table = pq.read_table(tmp_path / "near.parquet")
    assert table["protein_id"].to_pylist() == identifiers
    assert table.schema.metadata[b"embedder"] == b"kmers"
    assert len(table["neighbours"][0]) == len(table["distances"][0]) == neighbours.COUNT


def test_one_protein_has_no_neighbours(tmp_path):
    write_embeddings(tmp_path / "x.h5", "kmers", [(["P0"], np.ones((1, 4), np.float32))])
    neighbours.main([str(tmp_path / "x.h5"), "--output", str(tmp_path / "near.parquet")])
    assert pq.read_table(tmp_path / "near.parquet")["neighbours"].to_pylist() == [[]]
