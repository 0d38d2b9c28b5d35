"""Annotations of a map that grows: columns of both sides, and what is said where they differ."""

import pyarrow as pa
import pytest

from steps.annotate.cells import own_columns, with_own
from steps.annotate.step import annotate
from steps.normalize.step import SCHEMA

NAMES = ["P1", "P2", "P3"]


@pytest.fixture
def grow(tmp_path):
    """Return a function that lets P3 join a map with P1 and P2, by a table of the user."""

    def grow(old, text):
        sequences = pa.Table.from_pylist([{"protein_id": name} for name in NAMES], SCHEMA)
        (tmp_path / "own.csv").write_text(text)
        before = with_own(pa.table({"protein_id": NAMES[:2], **old}), list(old))
        return annotate(sequences, [str(tmp_path / "own.csv")], None, before)[0]

    return grow


def test_column_of_numbers_that_gets_text_is_named(grow, caplog):
    found = grow({"act": [1.5, 2.0]}, "id,act\nP3,low\n")
    assert found["act"].to_pylist() == ["1.5", "2", "low"]
    assert "'act' has categories, no scale: values of your table are text" in caplog.text


def test_column_of_one_type_raises_no_doubt(grow, caplog):
    assert grow({"act": [1.5, 2.0]}, "id,act\nP3,3\n")["act"].to_pylist() == [1.5, 2.0, 3.0]
    assert not caplog.text


def test_columns_that_growing_makes_itself_get_other_names(grow, caplog):
    found = grow({"added": ["x", "y"]}, "id,novelty\nP3,high\n")
    assert found.column_names[1:] == ["added_annotation", "novelty_annotation"]
    assert sorted(own_columns(found)) == ["added_annotation", "novelty_annotation"]
    assert "Your column 'added' is named 'added_annotation'" in caplog.text
