"""Neighbours, parameters and reducers, held against scikit-learn and protspace."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.neighbors import NearestNeighbors

from steps.embed.file import write_embeddings
from steps.errors import StepError
from steps.project.knn.search import nearest_neighbors
from steps.project.parameters import METRICS
from steps.project.step import DEFAULTS, FEWEST, adjusted, main, reduce

SHARED = DEFAULTS | {"n_neighbors": 25, "min_dist": 0.1, "random_state": 42, "metric": "euclidean"}


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    centres = 20 * rng.normal(size=(4, 30))
    return (centres[np.arange(60) % 4] + rng.normal(size=(60, 30))).astype(np.float32)


def fitting(method, count):
    return adjusted(method, SHARED, count)


@pytest.mark.parametrize("metric", METRICS)
def test_neighbors_are_exact(data, metric):
    near = nearest_neighbors(data, 10, metric)
    exact = data.astype(np.float64)
    found = NearestNeighbors(n_neighbors=10, metric=metric).fit(exact).kneighbors(exact)
    assert np.array_equal(near.indices, found[1])
    assert near.distances == pytest.approx(found[0], abs=1e-4)


def test_a_point_is_its_own_first_neighbor_even_among_duplicates():
    near = nearest_neighbors(np.zeros((50, 4), dtype=np.float32), 5, "euclidean")
    assert near.indices[:, 0].tolist() == list(range(50))
    assert (near.distances == 0).all()


def slow_if_compiled(method: str):
    """PaCMAP and LocalMAP take a compiler of their own."""
    marks = [pytest.mark.slow] if method in ("pacmap", "localmap") else []
    return pytest.param(method, marks=marks)


@pytest.mark.parametrize("method", [*map(slow_if_compiled, FEWEST)])
def test_every_method_places_the_fewest_proteins_it_takes(data, method):
    count = FEWEST[method]
    coordinates, _ = reduce(data[:count], method, fitting(method, count))
    assert coordinates.shape == (count, 2) and coordinates.dtype == np.float32


@pytest.mark.parametrize("method", FEWEST)
def test_fewer_are_refused_with_the_remedy(method):
    with pytest.raises(StepError, match="Add proteins or leave the method out") as caught:
        fitting(method, FEWEST[method] - 1)
    assert caught.value.code == "TOO_FEW_SEQUENCES"


def test_parameters_too_large_for_the_data_are_lowered_and_said(caplog):
    assert adjusted("umap", SHARED, 10)["n_neighbors"] == 9
    assert adjusted("tsne", SHARED, 40)["perplexity"] == 13
    assert "umap: n_neighbors 25 is too large for 10 proteins; 9 was used." in caplog.messages


def test_parameters_that_a_method_does_not_use_are_left_alone(caplog):
    assert adjusted("pca", SHARED, 3) == SHARED
    assert not caplog.messages


@pytest.mark.parametrize("method", FEWEST)
def test_equal_vectors_are_refused(method):
    with pytest.raises(StepError) as caught:
        reduce(np.ones((30, 8), dtype=np.float32), method, SHARED)
    assert caught.value.code == "NO_VARIATION"


def test_umap_keeps_families_apart_that_share_no_neighbors(data):
    coordinates, info = reduce(data, "umap", SHARED | {"n_neighbors": 5})
    families = [coordinates[i::4] for i in range(4)]
    centres = np.array([family.mean(axis=0) for family in families])
    spread = max(
        np.linalg.norm(f - c, axis=1).max() for f, c in zip(families, centres, strict=True)
    )
    gaps = [np.linalg.norm(a - b) for i, a in enumerate(centres) for b in centres[:i]]
    assert min(gaps) > 2 * spread
    assert (info["init"], info["neighbors"]) == ("pca", "exact")


def test_the_output_names_its_origin(tmp_path, data):
    names = [f"P{i}" for i in range(len(data))]
    write_embeddings(tmp_path / "e.h5", "prot_t5", [(names, data)])
    main([str(tmp_path / "e.h5"), "--method", "pca2", "--output", str(tmp_path / "p.parquet")])
    table = pq.read_table(tmp_path / "p.parquet")
    assert table["protein_id"].to_pylist() == names
    assert table.schema.metadata[b"embedder"] == b"prot_t5"
    assert json.loads(table.schema.metadata[b"info_json"])["svd_solver"] == "arpack"
