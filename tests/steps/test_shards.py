"""Shards: how many there are, and which proteins each has."""

import gzip
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.shards import boundaries, count_records, shard_names, shard_of


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("packed", [False, True])
def test_count_records_with_any_line_end_or_gzip_counts_headers(tmp_path, end, packed):
    text = f">a{end}MKV{end}>b > c{end}{end}>d".encode()
    (tmp_path / "x").write_bytes(gzip.compress(text) if packed else text)
    assert count_records(tmp_path / "x") == 3


def test_record_at_the_edge_of_a_chunk_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr("steps.shards._CHUNK", 7)
    (tmp_path / "x").write_bytes(b">abcde\n>f\nMKV\n>g\nM\n")
    assert count_records(tmp_path / "x") == 3


def test_shard_names_give_number_and_count(tmp_path):
    (tmp_path / "x").write_text(">a\nM\n" * 5)
    (tmp_path / "y").write_text("")
    names = shard_names({"x": str(tmp_path / "x"), "y": str(tmp_path / "y")}, 2)
    assert names == {"x": ["1-of-3", "2-of-3", "3-of-3"], "y": ["1-of-1"]}


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=60), st.integers(1, 12))
def test_boundaries_leave_no_shard_empty_while_proteins_suffice(lengths, count):
    bounds = boundaries(lengths, count)
    assert bounds[0] == 0 and bounds[-1] == len(lengths) and bounds == sorted(bounds)
    sizes = [stop - start for start, stop in pairwise(bounds)]
    assert len(sizes) == count and sizes.count(0) == max(0, count - len(lengths))


@given(st.lists(st.integers(50, 500), min_size=40, max_size=80), st.integers(2, 5))
def test_shards_have_about_equal_residues(lengths, count):
    bounds = boundaries(lengths, count)
    parts = [sum(lengths[a:b]) for a, b in pairwise(bounds)]
    assert max(parts) - min(parts) <= 2 * max(lengths)


def test_shard_is_a_range_of_rows():
    table = pa.table(
        {"protein_id": list("abcd"), "sequence": ["M" * 10, "M" * 10, "M" * 10, "M" * 30]}
    )
    assert shard_of(table, "1-of-2")["protein_id"].to_pylist() == ["a", "b", "c"]
    assert shard_of(table, "2-of-2")["protein_id"].to_pylist() == ["d"]
    assert shard_of(table, "") is table
