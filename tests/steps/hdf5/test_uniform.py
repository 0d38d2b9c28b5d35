"""Files that are read without opening each dataset give what the library gives."""

import h5py
import numpy as np
import pytest

from steps.errors import StepError
from steps.hdf5 import embeddings as module
from steps.hdf5.embeddings import embeddings, shapes
from tests.support.embedding_files import vectors


def names(count):
    return [f"P{number * 7919 % 1000003:06d}" for number in range(count)]


def library(path):
    with h5py.File(path) as file:
        return {name: file[name][:].astype(np.float32) for name in file}


def found(path):
    return {text: vector for text, _, vector in embeddings(path)}


@pytest.fixture
def without_library(monkeypatch):
    """Fail where a dataset after the first is opened by the library."""
    monkeypatch.setattr(module, "vector_of", lambda *_: pytest.fail("opened by the library"))


@pytest.mark.parametrize("count", [1, 7, 9, 3000])
@pytest.mark.parametrize("options", [{}, {"track_times": True}, {"dtype": "<f2"}, {"dtype": ">f8"}])
def test_uniform_file_gives_the_vectors_of_the_library(tmp_path, without_library, count, options):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as file:
        file.attrs["model_name"] = "m"
        for name, row in zip(names(count), vectors(count, 5), strict=True):
            file.create_dataset(name, data=row, **options)
    expected, read = library(path), found(path)
    assert list(read) == list(expected) == [text for text, _ in shapes(path)]
    assert all(np.array_equal(read[name], expected[name]) for name in expected)


@pytest.mark.parametrize(
    "change",
    [
        lambda file: file.create_dataset("A", data=np.ones(6, np.float32)),
        lambda file: file.create_dataset("A", data=np.ones(5, np.float64)),
        lambda file: file.create_dataset("A", data=np.ones(5, np.float32), compression="gzip"),
        lambda file: file["P000000"].attrs.update(original_id="other"),
        lambda file: file.create_dataset("g/A", data=np.ones(5, np.float32)),
        lambda file: file.create_dataset("A", data=np.ones((2, 5), np.float32)),
    ],
)
@pytest.mark.parametrize("library_version", ["earliest", "latest"])
def test_other_files_are_left_to_the_library(tmp_path, change, library_version):
    path = tmp_path / "x.h5"
    with h5py.File(path, "w", libver=library_version) as file:
        for name, row in zip(names(40), vectors(40, 5), strict=True):
            file.create_dataset(name, data=row)
        change(file)
    assert module._uniform(path) is None
    assert len(found(path)) == 40 + ("other" not in found(path))


def test_damaged_indexes_never_give_other_vectors(tmp_path):
    path, rng = tmp_path / "x.h5", np.random.default_rng(0)
    with h5py.File(path, "w") as file:
        for name, row in zip(names(60), vectors(60, 5), strict=True):
            file.create_dataset(name, data=row)
    whole, expected = path.read_bytes(), {row.tobytes() for row in library(path).values()}
    for place in rng.integers(96, len(whole), 300):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 255]) + whole[place + 1 :])
        try:
            rows = found(path).values()
        except StepError:
            continue
        assert sum(row.tobytes() not in expected for row in rows) <= 1
