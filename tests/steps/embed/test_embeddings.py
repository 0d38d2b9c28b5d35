"""Composition vectors and the HDF5 file, read by protspace too."""

import h5py
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from protspace.data.loaders.h5 import load_h5

from steps.embed.file import dataset_name, identifier_of, read_embeddings, write_embeddings
from steps.embed.models.composition import composition

ODD = ["A0A000_9ACTN/1-57", "50%", "%2F", ".", "a=b:c", "[α]", "Z1"]


def test_composition_counts_residues_and_pairs():
    vector = composition("ACCA")
    assert vector[:2] == pytest.approx([0.5**0.5, 0.5**0.5])
    pairs = vector[20:].reshape(20, 20)
    third = pytest.approx((1 / 3) ** 0.5)
    assert (pairs[0, 1], pairs[1, 1], pairs[1, 0]) == (third, third, third)
    assert np.count_nonzero(vector) == 5


def test_euclidean_distance_is_the_hellinger_distance():
    one, other = composition("AAC")[:20], composition("ACC")[:20]
    hellinger = np.sqrt((np.sqrt([2 / 3, 1 / 3]) - np.sqrt([1 / 3, 2 / 3])) ** 2).sum() / 2
    assert np.linalg.norm(one - other) / 2**0.5 == pytest.approx(hellinger)


@pytest.mark.parametrize(("sequence", "filled"), [("XX", 0), ("M", 1), ("MXK", 2), ("BZXUO", 0)])
def test_other_letters_count_neither_alone_nor_in_pairs(sequence, filled):
    assert np.count_nonzero(composition(sequence)) == filled


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_any_identifier_comes_back_from_its_hdf5_name(identifier):
    assert identifier_of(dataset_name(identifier)) == identifier
    assert "/" not in dataset_name(identifier)


def test_embeddings_come_back_in_order_and_as_they_were(tmp_path):
    vectors = np.random.default_rng(0).normal(size=(len(ODD), 8)).astype(np.float32)
    write_embeddings(
        tmp_path / "e.h5", "composition", [(ODD[:3], vectors[:3]), (ODD[3:], vectors[3:])]
    )
    model, identifiers, found = read_embeddings(tmp_path / "e.h5")
    assert (model, identifiers) == ("composition", ODD)
    assert np.array_equal(found, vectors)


def test_protspace_reads_our_file(tmp_path):
    vectors = np.eye(3, 8, dtype=np.float32)
    write_embeddings(tmp_path / "e.h5", "composition", [(["c", "a", "b"], vectors)])
    theirs = load_h5([tmp_path / "e.h5"])
    assert (theirs.name, theirs.headers) == ("composition", ["a", "b", "c"])
    assert np.array_equal(theirs.data, vectors[[1, 2, 0]])


def test_we_read_a_plain_file_of_half_precision(tmp_path):
    with h5py.File(tmp_path / "e.h5", "w") as file:
        file.attrs["model_name"] = "prot_t5"
        file["P1"] = np.array([[0.5, 2]], dtype=np.float16)
    model, identifiers, vectors = read_embeddings(tmp_path / "e.h5")
    assert (model, identifiers, vectors.tolist()) == ("prot_t5", ["P1"], [[0.5, 2]])


def test_the_file_has_the_same_bytes_each_time(tmp_path):
    vectors = np.ones((5, 4), dtype=np.float32)
    for name in ("one.h5", "two.h5"):
        write_embeddings(tmp_path / name, "composition", [("abcde", vectors)])
    assert (tmp_path / "one.h5").read_bytes() == (tmp_path / "two.h5").read_bytes()


def test_blocks_may_be_empty_but_not_of_several_lengths(tmp_path):
    one, none, other = (["a"], np.ones((1, 3))), ([], np.empty((0, 0))), (["b"], np.ones((1, 2)))
    write_embeddings(tmp_path / "e.h5", "composition", [none, one, none])
    assert read_embeddings(tmp_path / "e.h5")[2].tolist() == [[1, 1, 1]]
    with pytest.raises(ValueError, match="embeddings of 3 and 2 numbers"):
        write_embeddings(tmp_path / "f.h5", "composition", [one, other])
    assert not (tmp_path / "f.h5").exists()


@pytest.mark.parametrize("count", [0, 1, 127, 128, 129, 16_500])
def test_hdf5_finds_each_protein_under_its_name(tmp_path, count):
    vectors = np.arange(count * 3, dtype=np.float32).reshape(count, 3)
    names = [f"P{7919 * number % 20011}" for number in range(count)]
    write_embeddings(tmp_path / "e.h5", "prot_t5", [(names, vectors)])
    with h5py.File(tmp_path / "e.h5") as file:
        assert (file.attrs["model_name"], sorted(file)) == ("prot_t5", sorted(names))
        assert all(
            np.array_equal(file[name], row) for name, row in zip(names, vectors, strict=True)
        )
        assert "P" not in file


def edited(tmp_path, edit) -> dict[str, list[float]]:
    write_embeddings(tmp_path / "e.h5", "prot_t5", [(["b", "a"], np.eye(2, dtype=np.float32))])
    with h5py.File(tmp_path / "e.h5", "r+") as file:
        edit(file)
    _, names, vectors = read_embeddings(tmp_path / "e.h5")
    return dict(zip(names, vectors.tolist(), strict=True))


def replace(file):
    del file["b"]
    file["b"] = [5, 6]


@pytest.mark.parametrize(
    ("edit", "found"),
    [
        (lambda file: file.move("b", "c"), {"c": [1, 0], "a": [0, 1]}),
        (lambda file: file.pop("b"), {"a": [0, 1]}),
        (lambda file: file.update(c=[7, 8]), {"b": [1, 0], "a": [0, 1], "c": [7, 8]}),
        (lambda file: file["b"].write_direct(np.array([3, 4])), {"b": [3, 4], "a": [0, 1]}),
        (replace, {"b": [5, 6], "a": [0, 1]}),
    ],
    ids=["renamed", "removed", "added", "written over", "replaced"],
)
def test_what_others_change_in_our_file_is_read(tmp_path, edit, found):
    assert edited(tmp_path, edit) == found


def test_others_can_add_thousands_to_our_file(tmp_path):
    more = {f"P{number}": [float(number), 0] for number in range(3000)}
    found = edited(tmp_path, lambda file: file.update(more))
    assert found == {"b": [1, 0], "a": [0, 1]} | more
