"""Neighbours on a large map, through cells that are kept beside it."""

import numpy as np
import pytest

from steps.project.knn.search import nearest_references
from steps.project.placing import search
from steps.project.placing.search import Search


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(0)
    centres = 3 * rng.normal(size=(60, 32))
    points = centres[rng.integers(0, 60, 6000)] + rng.normal(size=(6000, 32))
    return points.astype(np.float32)


@pytest.fixture(autouse=True)
def large(monkeypatch):
    """Let 5,000 proteins count as many."""
    monkeypatch.setattr(search, "EXACT", 1000)


def recall(found, truth):
    return np.mean([len(set(a) & set(b)) / len(a) for a, b in zip(found, truth, strict=True)])


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_most_neighbours_are_found_and_measured_as_in_an_exact_search(data, tmp_path, metric):
    found = Search(tmp_path / "x").nearest(data[5000:], data[:5000], 15, metric, 1)
    truth = nearest_references(data[5000:], data[:5000], 15, metric)
    assert recall(found.indices, truth.indices) > 0.97 and found.recall > 0.97
    nearest = np.isclose(found.distances[:, 0], truth.distances[:, 0], atol=1e-4)
    assert found.cells and nearest.mean() > 0.97


@pytest.mark.parametrize("metric", ["euclidean", "cosine"])
def test_kept_cells_give_the_same_and_are_not_made_again(data, tmp_path, monkeypatch, metric):
    first = Search(tmp_path / "x").nearest(data[5000:], data[:5000], 15, metric, 1)
    from steps.project.placing.index import Index

    monkeypatch.setattr(Index, "of", None)
    again = Search(tmp_path / "x").nearest(data[5000:], data[:5000], 15, metric, 2)
    assert again.indices.tobytes() == first.indices.tobytes()
    assert again.distances.tobytes() == first.distances.tobytes()


def test_a_protein_has_the_same_neighbours_in_any_company(data, tmp_path):
    together = Search(tmp_path / "x").nearest(data[5000:], data[:5000], 15, "euclidean", 1)
    for row in (0, 500):
        one = data[5000 + row : 5001 + row]
        alone = Search(tmp_path / "x").nearest(one, data[:5000], 15, "euclidean", 1)
        assert alone.indices.tolist() == together.indices[row : row + 1].tolist()


@pytest.mark.parametrize("damage", ["other embeddings", "more neighbours", "damaged", "empty"])
def test_cells_that_do_not_fit_are_made_again(data, tmp_path, damage):
    path, old, k = tmp_path / "x.euclidean.npz", data[:5000], 15
    Search(tmp_path / "x").nearest(data[5000:], old, k, "euclidean", 1)
    before = path.read_bytes()
    if damage == "other embeddings":
        old = old[::-1]
    elif damage == "more neighbours":
        k = 40
    else:
        path.write_bytes(before[:1000] if damage == "damaged" else b"")
    found = Search(tmp_path / "x").nearest(data[5000:], old, k, "euclidean", 1)
    truth = nearest_references(data[5000:], old, k, "euclidean")
    assert recall(found.indices, truth.indices) > 0.97
    assert (path.read_bytes() == before) == (damage in ("damaged", "empty"))


@pytest.mark.slow
def test_points_without_any_structure_are_compared_with_all(tmp_path):
    points = np.random.default_rng(0).normal(size=(3100, 400)).astype(np.float32)
    old, new = points[:3000], points[3000:]
    for _ in range(2):
        found = Search(tmp_path / "x").nearest(new, old, 10, "euclidean", 1)
        truth = nearest_references(new, old, 10, "euclidean")
        assert found.indices.tolist() == truth.indices.tolist() and not found.cells


def test_folder_that_cannot_be_written_is_no_hindrance(data, tmp_path, caplog):
    (tmp_path / "file").touch()
    prefix = tmp_path / "file/x"
    found = Search(prefix).nearest(data[5000:5010], data[:5000], 5, "euclidean", 1)
    assert found.indices.shape == (10, 5)
    assert "cannot be kept" in caplog.text
