"""Labels around points that are placed again, and what is kept of them beside a large map."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.project.placing import again, search
from steps.project.placing.kept import kept
from steps.project.placing.labels import Labels, agreement, read_labels
from steps.project.placing.search import Search
from tests.support.families import PARAMETERS, held_out

GROUPS = np.repeat([0, 1], 20).astype(np.int32)


@pytest.fixture
def islands():
    """Return a map of two islands, far from each other."""
    points = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    return points + 100 * GROUPS[:, None].astype(np.float32)


def test_labels_agree_where_points_are_and_not_on_the_other_island(islands):
    rows = np.array([0, 1, 25])
    found = agreement(islands[rows], rows, islands, Labels("family", GROUPS))
    assert found == {"annotation": "family", "proteins": 3, "on_map": 1.0, "placed": 1.0}
    away = agreement(islands[[25, 1, 25]], rows, islands, Labels("family", GROUPS))
    assert (away["on_map"], away["placed"]) == (1.0, 0.6667)


def test_points_without_a_label_are_not_counted(islands):
    codes = np.where(np.arange(40) < 2, -1, GROUPS)
    assert agreement(islands[:3], np.arange(3), islands, Labels("x", codes))["proteins"] == 1
    assert agreement(islands[:2], np.arange(2), islands, Labels("x", codes)) == {}


def test_first_annotation_that_groups_proteins_is_read_in_their_order(tmp_path):
    columns = {"one": ["x"] * 4, "own": list("abcd"), "family": ["f", "g", "f", None]}
    pq.write_table(pa.table({"protein_id": list("pqrs"), **columns}), tmp_path / "a.parquet")
    names = ["absent", "one", "own", "family"]
    found = read_labels(tmp_path / "a.parquet", names, ["s", "r", "q", "p"])
    assert found.name == "family"
    assert found.codes[0] == -1 and found.codes[1] == found.codes[3] != found.codes[2]
    assert read_labels(tmp_path / "a.parquet", names[:3], list("pqrs")) is None


@pytest.fixture(scope="module")
def some():
    return held_out("umap")


def test_labels_agree_as_well_around_proteins_that_are_placed_again(some):
    codes = np.unique(some.old_labels, return_inverse=True)[1].astype(np.int32)
    found = again.place_again(some.old, some.map, PARAMETERS, labels=Labels("family", codes))
    labels = found["labels"]
    assert labels["proteins"] == 200 and labels["on_map"] > 0.8
    assert labels["placed"] > labels["on_map"] - 0.02


def test_placing_again_is_done_once_for_a_large_map(some, tmp_path, monkeypatch):
    monkeypatch.setattr(search, "EXACT", 100)
    codes = np.unique(some.old_labels, return_inverse=True)[1].astype(np.int32)
    given = some.old, some.map, PARAMETERS, 1, Search(tmp_path / "x")
    first = again.place_again(*given, Labels("family", codes))
    monkeypatch.setattr(again, "_again", lambda *_: "anew")
    assert again.place_again(*given, Labels("family", codes)) == first
    assert again.place_again(*given, Labels("other", codes)) == "anew"
    assert again.place_again(some.old, some.map[::-1], *given[2:]) == "anew"


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"mark": ["b"], "value": 1}'])
def test_what_is_kept_of_something_else_or_damaged_is_found_anew(tmp_path, text):
    path = tmp_path / "x.json"
    path.write_text(text)
    assert kept(path, ["a"], lambda: 2) == kept(path, ["a"], lambda: 3) == 2


def test_folder_that_cannot_be_written_is_said_and_stops_nothing(tmp_path, caplog):
    (tmp_path / "file").touch()
    assert kept(tmp_path / "file" / "x.json", ["a"], lambda: 2) == 2
    assert "cannot be kept" in caplog.text
