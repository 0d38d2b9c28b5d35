"""Embeddings of a large map that grows are linked, and read as one matrix with those that came."""

import json
import os

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.annotate.ranking.neighbours import nearest
from steps.embed import joined
from steps.embed.file import first_file, read_embeddings, write_embeddings
from steps.embed.step import main
from steps.errors import StepError
from steps.hdf5.embeddings import embeddings, shapes
from steps.hdf5.names import count_datasets

NUMBERS = 8


def matrix(count, seed):
    return np.random.default_rng(seed).normal(size=(count, NUMBERS)).astype(np.float32)


@pytest.fixture
def grow(tmp_path, monkeypatch):
    """Return a function that joins given embeddings to a map; maps of three are large here."""
    monkeypatch.setattr(joined, "_LARGE", 2)

    def run(onto, output, names, new):
        table = {"protein_id": names, "sequence": ["MKTAYIAKQR"] * len(names)}
        pq.write_table(pa.table(table), tmp_path / "s.parquet")
        write_embeddings(tmp_path / "g.h5", "own", [(names[-len(new) :], new)])
        (tmp_path / "r.json").write_text(json.dumps({"parameters": {"embedder": "own"}}))
        given = ["s.parquet", "--embedder", "own", "--file", "g.h5", "--name", "own"]
        given += ["--onto", onto, "--onto-report", "r.json", "--output", output, "--cache", "none"]
        main([str(tmp_path / each) if "." in each else each for each in given])
        return tmp_path / output

    return run


@pytest.fixture
def old(tmp_path):
    path = tmp_path / "old.h5"
    write_embeddings(path, "own", [(list("abcdefgh"), matrix(8, 0))])
    return path


def test_large_map_is_linked_and_read_together_with_new_embeddings(grow, old):
    path = grow("old.h5", "a/x.h5", list("abcdefghi"), matrix(1, 1))
    model, names, found = read_embeddings(path)
    assert (model, "".join(names)) == ("own", "abcdefghi")
    assert np.array_equal(found, np.vstack([matrix(8, 0), matrix(1, 1)]))
    assert os.path.samefile(old, path.with_name("x.old.h5"))
    with h5py.File(path) as file:
        assert list(file) == ["i"]


def test_results_stay_whole_when_those_of_the_map_are_removed(grow, old):
    path = grow("old.h5", "a/x.h5", list("abcdefghi"), matrix(1, 1))
    old.unlink()
    assert np.array_equal(read_embeddings(path)[2][:8], matrix(8, 0))


def test_map_that_has_grown_links_its_first_file_when_it_grows_again(grow, old):
    grow("old.h5", "a/x.h5", list("abcdefghi"), matrix(1, 1))
    path = grow("a/x.h5", "b/y.h5", list("abcdefghijk"), matrix(2, 2))
    _, names, found = read_embeddings(path)
    assert "".join(names) == "abcdefghijk"
    assert np.array_equal(found, np.vstack([matrix(8, 0), matrix(1, 1), matrix(2, 2)]))
    assert os.path.samefile(old, path.with_name("y.old.h5"))


@pytest.mark.parametrize(
    "names", ["acdefghi", "abcdefghijklm"], ids=["one has left", "many have come"]
)
def test_other_growth_is_written_as_one_file(grow, old, names):
    new = matrix(len(names) - len(set(names) & set("abcdefgh")), 1)
    path = grow("old.h5", "a/x.h5", list(names), new)
    assert "".join(read_embeddings(path)[1]) == names
    assert not path.with_name("x.old.h5").exists()
    with h5py.File(path) as file:
        assert "".join(file) == names


def test_disk_without_links_gets_one_file(grow, old, monkeypatch):
    def refuse(*_):
        raise OSError("no links")

    monkeypatch.setattr(joined.os, "link", refuse)
    path = grow("old.h5", "a/x.h5", list("abcdefghi"), matrix(1, 1))
    assert len(read_embeddings(path)[1]) == 9
    assert [each.name for each in path.parent.glob("*")] == ["x.h5"]


@pytest.mark.parametrize("changed", [True, False])
def test_file_without_the_one_that_it_names_is_refused(grow, old, changed):
    path = grow("old.h5", "a/x.h5", list("abcdefghi"), matrix(1, 1))
    path.with_name("x.old.h5").unlink()
    if changed:
        write_embeddings(path.with_name("x.old.h5"), "own", [(["z"], matrix(1, 3))])
    with pytest.raises(StepError, match="not beside it, or were changed") as error:
        read_embeddings(path)
    assert error.value.code == "EMBEDDING_INCOMPLETE"


def test_file_without_new_embeddings_has_those_of_the_map(old, tmp_path):
    link = joined.linked(tmp_path / "x.h5", old)
    first = first_file(old)
    write_embeddings(tmp_path / "x.h5", "own", [], first._replace(path=link))
    assert np.array_equal(read_embeddings(tmp_path / "x.h5")[2], matrix(8, 0))


@pytest.mark.parametrize("rows", [1, 5000])
def test_rows_of_a_file_and_more_are_one_matrix_that_can_be_changed(tmp_path, rows):
    some, more = matrix(rows, 0), matrix(3000, 1)
    (tmp_path / "m").write_bytes(b"1234" + some.tobytes() + b"behind")
    found = joined.extended(tmp_path / "m", 4, rows, more)
    assert np.array_equal(found, np.vstack([some, more]))
    found[0] = 0
    assert (tmp_path / "m").read_bytes()[4:8] == some.tobytes()[:4]


def test_readers_of_other_files_of_embeddings_find_both_parts(grow, old):
    path = grow("old.h5", "a/x.h5", list("abcdefghi"), matrix(1, 1))
    assert "".join(text for text, _, _ in embeddings(path)) == "abcdefghi"
    assert count_datasets(path) == len(list(shapes(path))) == 9
    rows, _ = nearest(path, list("abcdefghi"))
    assert rows.tolist() == list(range(9))
    path.with_name("x.old.h5").unlink()
    with pytest.raises(StepError, match="most of its embeddings are in x"):
        list(shapes(path))
