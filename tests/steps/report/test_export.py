"""The table of a bundle: that of `protspace export`, for bundles of all forms."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from protspace.cli.export import export
from protspace.data.io.bundle import PARQUET_BUNDLE_DELIMITER

from steps.bundle.reading import find_bundle, read_bundle
from steps.errors import StepError
from steps.report import tsv
from steps.report.export import write_table
from tests.support import bundles

ROOT = Path(__file__).resolve().parents[3]
FORMS = {
    "container 3": bundles.write_container_3,
    "container 2": bundles.write_container_2,
    "first grammar": lambda path: bundles.write_container_2(path, grammar=1),
    "other key": lambda path: bundles.write_container_2(path, key="entry_name"),
    "repeated key": bundles.write_repeated,
}


@pytest.fixture
def path(tmp_path):
    return bundles.write_container_3(tmp_path / "x.parquetbundle")


def steps(*arguments, **options):
    command = [sys.executable, "-m", "steps", "export", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, **options)


@pytest.mark.parametrize("form", FORMS)
def test_table_equals_that_of_protspace(tmp_path, form):
    path = FORMS[form](tmp_path / "x.parquetbundle")
    export(path, tmp_path / "theirs.tsv", projections=bundles.PROJECTIONS)
    write_table(path, tmp_path / "ours.tsv")
    assert (tmp_path / "ours.tsv").read_bytes() == (tmp_path / "theirs.tsv").read_bytes()


def test_output_equals_that_of_the_command(path, tmp_path):
    program = Path(sys.executable).with_name("protspace")
    names = [word for name in bundles.PROJECTIONS for word in ("-p", name)]
    subprocess.run([program, "export", path, tmp_path / "y.tsv", *names], check=True)
    assert steps(path).stdout == (tmp_path / "y.tsv").read_bytes()


def test_reader_of_csv_gets_each_cell_as_it_is(path, tmp_path):
    write_table(path, tmp_path / "x.tsv")
    text = (tmp_path / "x.tsv").read_bytes().decode()
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter="\t"))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [row[0] for row in rows] == ["protein_id", *bundles.IDS]
    cells = {row[rows[0].index("cell")] for row in rows}
    assert {"a\tb", "a\nb\rc", 'say "x"', "a;b|c%d", "=1+1", "Cytoplasm;Nucleus"} <= cells


def test_table_has_the_same_bytes_for_any_size_of_blocks(path, monkeypatch):
    whole = b"".join(tsv.Tsv(read_bundle(path)).blocks())
    monkeypatch.setattr(tsv, "_ROWS", 7)
    blocks = list(tsv.Tsv(read_bundle(path)).blocks())
    assert len(blocks) == 5 and b"".join(blocks) == whole


def test_cells_like_formulas_are_kept_and_counted(path):
    ended = steps(path, text=True)
    assert "\t=1+1\t" in ended.stdout
    # Four cells in each of two columns, and an identifier.
    assert ended.stderr.startswith("9 cell(s) of the table begin with =, +, - or @")


def test_reader_that_has_enough_ends_the_output(path):
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "steps", "export", path]
    ended = subprocess.run(command, cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, text=True)
    os.close(writing)
    assert ended.returncode == 0 and "Broken" not in ended.stderr
    assert "INTERNAL" not in ended.stderr


def test_folder_stands_for_the_bundle_in_it(path):
    assert find_bundle(path.parent) == path
    bundles.write_container_3(path.with_name("y.parquetbundle"))
    with pytest.raises(StepError, match=r"x\.parquetbundle, y\.parquetbundle"):
        find_bundle(path.parent)


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "found 1"), (b"PAR1" * 9, "found 1"), (None, "no such file")],
)
def test_file_that_is_no_bundle_is_refused(tmp_path, content, words):
    path = tmp_path / "x.parquetbundle"
    if content is not None:
        path.write_bytes(content)
    ended = steps(path, "--output", tmp_path / "x.tsv", text=True)
    assert ended.returncode == 1 and not (tmp_path / "x.tsv").exists()
    assert "BUNDLE_UNREADABLE" in ended.stderr and words in ended.stderr


def test_bundle_that_is_cut_off_is_refused_wherever_it_is(path):
    whole = path.read_bytes()
    for length in range(0, len(whole), 97):
        path.write_bytes(whole[:length])
        with pytest.raises(StepError) as refusal:
            read_bundle(path)
        assert refusal.value.code == "BUNDLE_UNREADABLE"


def test_text_that_is_not_utf_8_is_refused(tmp_path):
    path = bundles.write_container_2(tmp_path / "x.parquetbundle")
    path.write_bytes(path.read_bytes().replace("ö".encode(), b"\xff\xff"))
    with pytest.raises(StepError) as refusal:
        read_bundle(path)
    assert refusal.value.code == "BUNDLE_UNREADABLE"


def test_annotation_that_is_a_list_is_refused(tmp_path):
    path = bundles.write_container_2(tmp_path / "x.parquetbundle")
    first, *others = path.read_bytes().split(PARQUET_BUNDLE_DELIMITER)
    table = pq.read_table(pa.BufferReader(first))
    lists = pa.array([{"a": 1}] * table.num_rows)
    sink = pa.BufferOutputStream()
    pq.write_table(table.append_column("parts", lists), sink)
    path.write_bytes(PARQUET_BUNDLE_DELIMITER.join([sink.getvalue().to_pybytes(), *others]))
    with pytest.raises(StepError, match="annotation parts is of type struct"):
        write_table(path, tmp_path / "x.tsv")
    assert not (tmp_path / "x.tsv").exists()
