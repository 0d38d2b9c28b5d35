"""Datasets of embeddings by others: what they call a protein, and files that cannot be used."""

import h5py
import numpy as np
import pytest

from steps.errors import StepError
from steps.hdf5.embeddings import embeddings, shapes
from tests.support.embedding_files import as_bio_embeddings, vectors, write

ROW = np.arange(4, dtype=np.float32)


def texts(path):
    return [text for text, _ in shapes(path)]


def read(path):
    return {text: vector for text, _, vector in embeddings(path)}


def refusal(path):
    with pytest.raises(StepError) as caught:
        read(path)
    assert caught.value.code == "INVALID_EMBEDDINGS" and path.name in caught.value.message
    return caught.value.message


def test_names_of_datasets_are_decoded_in_their_order(tmp_path):
    names = ["a%2Fb", "P1", "sp|P2|X_HUMAN", "50%"]
    assert texts(write(tmp_path / "x.h5", dict.fromkeys(names, ROW))) == [
        "50%",
        "P1",
        "a/b",
        "sp|P2|X_HUMAN",
    ]


def test_original_id_comes_before_the_name(tmp_path):
    path = as_bio_embeddings(tmp_path / "x.h5", ["sp|P1|A", "Q/1-5"])
    assert sorted(texts(path)) == ["Q/1-5", "sp|P1|A"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.array(["P1"], dtype=h5py.string_dtype()), "P1"),
        (np.bytes_("P1"), "P1"),
        (7, "7"),
        (h5py.Empty("S1"), "name"),
        (np.array(["P1", "P2"], dtype=h5py.string_dtype()), "name"),
    ],
)
def test_original_id_of_other_types_is_read_or_ignored(tmp_path, value, text):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("name", data=np.ones(3)).attrs["original_id"] = value
    assert texts(tmp_path / "x.h5") == [text]


def test_matrix_of_all_proteins_is_refused_with_the_remedy(tmp_path):
    message = refusal(write(tmp_path / "x.h5", {"embeddings": np.ones((9, 4))}))
    assert "'embeddings' is no name of a protein" in message and "one by one" in message
    named = write(tmp_path / "y.h5", {"A0A0": np.ones((9, 4)), "ids": np.array([b"P1"] * 9)})
    assert "rows of a matrix one by one" in refusal(named)


def test_column_is_a_vector(tmp_path):
    path = write(tmp_path / "x.h5", {"P1": np.arange(4.0)[:, None], "P2": np.ones((1, 4, 1))})
    found = [(shape, vector.tolist()) for _, shape, vector in embeddings(path)]
    assert found == [((0, 4), [0, 1, 2, 3]), ((0, 4), [1, 1, 1, 1])]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["train/P1", "train/P2", "test/P3", "test/P4"], ["P3", "P4", "P1", "P2"]),
        (["P1/embedding", "P2/embedding"], ["P1", "P2"]),
        (["A0A/1-57", "B/3-9"], ["A0A/1-57", "B/3-9"]),
        (["A0A/1-57", "A0A/60-99"], ["A0A/1-57", "A0A/60-99"]),
        (["a/b/P1", "a/b/P2"], ["P1", "P2"]),
    ],
)
def test_groups_name_proteins_only_where_needed(tmp_path, names, expected):
    assert texts(write(tmp_path / "x.h5", dict.fromkeys(names, ROW))) == expected


@pytest.mark.parametrize("kind", ["<f2", ">f4", "<f8", "<i2"])
def test_vectors_of_any_number_type_become_float32(tmp_path, kind):
    found = read(write(tmp_path / "x.h5", {"P1": ROW.astype(kind), "P2": ROW[None].astype(kind)}))
    assert found["P1"].dtype == np.float32
    assert found["P1"].tolist() == found["P2"].tolist() == ROW.tolist()


def test_rows_of_residues_are_averaged_in_double_precision(tmp_path):
    rows = (vectors(3000) * 100).astype(np.float16)
    found = read(write(tmp_path / "x.h5", {"P1": rows, "P2": rows[None]}))
    mean = rows.astype(np.float64).mean(axis=0).astype(np.float32)
    assert np.array_equal(found["P1"], mean) and np.array_equal(found["P2"], mean)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (np.float32(1), "has the shape ()"),
        (np.zeros((0,), np.float32), "has the shape (0,)"),
        (np.zeros((3, 5, 4), np.float32), "has the shape (3, 5, 4)"),
        (np.array([b"P1", b"P2"]), "holds no numbers"),
        (h5py.Empty("f4"), "holds no numbers"),
        (np.array([1, np.nan], np.float32), "not finite"),
        (np.array([1, np.inf], np.float16), "not finite"),
        (np.array([1, 1e300]), "not finite"),
        (np.array([1, -1e16]), "above 1e15"),
        (np.array([[1, 1e16], [1, 1]]), "above 1e15"),
        (np.ones(1, np.float32), "has one number"),
        (np.zeros((1, 70_000), np.float32), "at most"),
    ],
)
def test_datasets_that_are_no_embedding_are_refused(tmp_path, data, words):
    message = refusal(write(tmp_path / "x.h5", {"P1": data}))
    assert words in message and "'P1'" in message


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is not HDF5"),
        (b">P1\nMKV\n", "FASTA files need an ending such as .fasta"),
        (b"PK\x03\x04 archive", "Unpack it"),
        (b"\x1f\x8b\x08 packed", "gzip file. Unpack it first"),
        (b"\x89HDF\r\n\x1a\n" + bytes(3000), "damaged"),
    ],
)
def test_file_that_is_no_hdf5_is_refused_with_the_remedy(tmp_path, content, words):
    path = tmp_path / "x.h5"
    path.write_bytes(content)
    assert words in refusal(path)


def test_truncated_file_is_refused_wherever_it_ends(tmp_path):
    path = write(tmp_path / "x.h5", dict(zip("abcdefgh", vectors(8, 200), strict=True)))
    whole = path.read_bytes()
    for size in range(1000, len(whole), 997):
        path.write_bytes(whole[:size])
        assert "ends too early" in refusal(path)


def test_file_without_datasets_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_group("empty")
    assert "holds no dataset" in refusal(tmp_path / "x.h5")


@pytest.mark.parametrize("link", [h5py.ExternalLink("y.h5", "/P1"), h5py.SoftLink("/P1")])
def test_links_are_refused(tmp_path, link):
    write(tmp_path / "y.h5", {"P1": ROW})
    with h5py.File(write(tmp_path / "x.h5", {"P1": ROW}), "a") as file:
        file["P2"] = link
    assert "'P2' is a link" in refusal(tmp_path / "x.h5")


def test_data_of_other_files_is_refused(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(64))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("P1", (4,), "f4", external=[(str(tmp_path / "secret"), 0, 16)])
    assert "not in this file" in refusal(tmp_path / "x.h5")


def test_huge_dataset_that_was_never_written_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("P1", (100_000, 60_000), "f4", chunks=(1000, 1000), compression="gzip")
    assert "not in this file" in refusal(tmp_path / "x.h5")


def test_group_that_contains_itself_is_refused(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        group = file.create_group("a")
        group["a"] = group
    assert "nested" in refusal(tmp_path / "x.h5")
