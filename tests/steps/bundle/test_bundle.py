"""The bundle: written by protspace, read back, and free of what freezes the web app."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from protspace.data.io.bundle import PARQUET_BUNDLE_DELIMITER, read_bundle_contents

from steps.annotate.cells import GRAMMAR
from steps.bundle import step
from steps.bundle.check import check_bundle
from steps.bundle.container import VERSION_KEY as VERSION
from steps.bundle.container import check_container
from steps.bundle.step import write_bundle
from steps.bundle.tables import (
    loadable_annotations,
    projection_names,
    projection_tables,
    with_columns,
    with_quality,
)
from steps.errors import StepError

IDS = ["P1", "A0A/1-57", "α=[β]:%2F"]


def annotations(**columns):
    table = pa.table({"protein_id": pa.array(IDS), **columns})
    return table.replace_schema_metadata(GRAMMAR)


@pytest.fixture
def projections(tmp_path):
    paths = []
    for method in ("pca2", "umap2"):
        points = np.arange(3, dtype=np.float32)
        table = pa.table({"protein_id": IDS, "x": points, "y": points})
        notes = {"embedder": "prot_t5", "method": method, "info_json": json.dumps({"a": 1})}
        paths.append(tmp_path / f"{method}.parquet")
        pq.write_table(table.replace_schema_metadata(notes), paths[-1])
    return projection_tables(paths)


@pytest.fixture
def written(tmp_path, projections):
    def written(container=3, **columns):
        path = tmp_path / "x.parquetbundle"
        write_bundle(path, [annotations(**columns), *projections], container)
        return path

    return written


def test_names_are_those_of_protspace():
    origins = [
        ("prot_t5", "pca2"),
        ("prot_t5", "umap2"),
        ("prot_t5", "umap2:n_neighbors=50"),
        ("composition", "umap2:n_neighbors=50"),
    ]
    assert projection_names(origins) == [
        "ProtT5 — PCA 2",
        "ProtT5 — UMAP 2",
        "ProtT5 — UMAP 2 (n=50)",
        "composition — UMAP 2",
    ]


@pytest.mark.parametrize("container", [3, 2])
def test_what_goes_in_comes_back(written, container):
    contents = read_bundle_contents(
        written(container, kind=["a", None, "b;c"], size=[1.5, None, 2])
    )
    assert contents.container_version == (3 if container == 3 else None)
    assert contents.annotations["protein_id"].to_pylist() == IDS
    assert contents.annotations["size"].to_pylist() == [1.5, None, 2]
    assert [cell or None for cell in contents.annotations["kind"].to_pylist()] == ["a", None, "b;c"]
    assert contents.projections.num_rows == 6
    assert contents.metadata["source"].to_pylist() == ["prot_t5", "prot_t5"]


def test_a_bundle_may_have_no_annotations(written):
    assert read_bundle_contents(written()).annotations.column_names == ["protein_id"]


def test_container_2_has_the_three_parts_older_web_apps_take(written):
    parts = written(2).read_bytes().split(PARQUET_BUNDLE_DELIMITER)
    assert [pq.read_schema(pa.BufferReader(part)).names[0] for part in parts] == [
        "identifier",
        "projection_name",
        "projection_name",
    ]


@pytest.mark.parametrize("container", [3, 2])
@pytest.mark.parametrize("settings", [{"kind": {"maxVisibleValues": 3}}, None])
@pytest.mark.parametrize("statistics", [pa.table({"metric": ["x"], "value": [0.5]}), None])
def test_settings_and_statistics_come_back(tmp_path, projections, container, settings, statistics):
    path = tmp_path / "x.parquetbundle"
    write_bundle(path, [annotations(), *projections], container, settings, statistics)
    contents = read_bundle_contents(path)
    assert contents.settings == settings
    assert contents.statistics == statistics


def test_quality_stands_in_the_notes_of_its_map(projections):
    metadata = with_quality(projections[0], {"ProtT5 — UMAP 2": {"continuity": {"value": 0.9}}})
    notes = [json.loads(text) for text in metadata["info_json"].to_pylist()]
    assert ["quality" in note for note in notes] == [False, True]


def test_columns_of_more_tables_replace_those_of_their_name(tmp_path):
    more = pa.table({"protein_id": IDS, "kind": ["x", "y", "z"], "cluster": ["1", "2", "3"]})
    pq.write_table(more, tmp_path / "more.parquet")
    table = with_columns(annotations(kind=["a", "b", "c"]), [tmp_path / "more.parquet"])
    assert table.to_pydict() == {
        "protein_id": IDS,
        "kind": ["x", "y", "z"],
        "cluster": ["1", "2", "3"],
    }


def test_the_same_tables_give_the_same_bytes(written):
    assert written(kind=["a", "b", "c"]).read_bytes() == written(kind=["a", "b", "c"]).read_bytes()


def test_cells_that_cannot_be_loaded_are_changed_and_counted():
    table = annotations(kind=["x" * 300, "a\x01b", "x" * 300], n=[1, 2, 3])
    fixed, changed = loadable_annotations(table)
    assert changed == 3
    assert fixed["kind"].to_pylist()[1] == "a b"
    assert fixed["n"].to_pylist() == [1, 2, 3]


def test_what_the_writer_refuses_is_an_error_and_leaves_no_file(tmp_path, projections):
    twice = pa.concat_tables([annotations(), annotations()]).replace_schema_metadata(GRAMMAR)
    with pytest.raises(StepError) as caught:
        write_bundle(tmp_path / "x.parquetbundle", [twice, *projections], 3)
    assert caught.value.code == "BUNDLE_INVALID"
    assert not list(tmp_path.glob("*bundle*"))


def tampered(path, position, change):
    """Rewrite one part of a bundle."""
    parts = path.read_bytes().split(PARQUET_BUNDLE_DELIMITER)
    table, options = change(pq.read_table(pa.BufferReader(parts[position])))
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    parts[position] = sink.getvalue().to_pybytes()
    path.write_bytes(PARQUET_BUNDLE_DELIMITER.join(parts))


def set_first(table, name, value):
    values = [value, *table[name].to_pylist()[1:]]
    column = pa.array(values, table[name].type)
    return table.set_column(table.column_names.index(name), name, column), {}


@pytest.mark.parametrize(
    ("position", "change", "words"),
    [
        (0, lambda t: (t, {"compression": "zstd"}), "packed with ZSTD"),
        (0, lambda t: (t.slice(1), {}), "the annotations hold 2 rows"),
        (0, lambda t: set_first(t, "kind", "x" * 257), "annotation kind has a cell"),
        (0, lambda t: set_first(t, "kind", "a%01"), "annotation kind has a cell"),
        (0, lambda t: set_first(t, "size", float("nan")), "annotation size has a number"),
        (2, lambda t: set_first(t, "x", float("nan")), "not finite"),
        (2, lambda t: set_first(t, "y", float("inf")), "not finite"),
        (2, lambda t: (t.slice(1), {}), "2 rows of 2 proteins"),
        (2, lambda t: set_first(t, "identifier", "A0A/1-57"), "3 rows of 2 proteins"),
        (1, lambda t: (t.slice(0, 0), {}), "no projection"),
    ],
)
def test_the_check_finds_what_the_web_app_cannot_read(written, position, change, words):
    path = written(2, kind=["a", "b", "c"], size=[1.0, 2.0, 3.0])
    check_bundle(path, IDS)
    tampered(path, position, change)
    with pytest.raises(StepError) as caught:
        check_bundle(path, IDS)
    assert caught.value.code == "BUNDLE_INVALID"
    assert words in caught.value.message


def required(table):
    fields = [pa.field(it.name, it.type, nullable=False) for it in table.schema]
    return table.cast(pa.schema(fields, metadata=table.schema.metadata))


PLAIN = {"use_dictionary": False, "column_encoding": "PLAIN", "compression": "snappy"}


@pytest.mark.parametrize(
    ("position", "change", "words"),
    [
        (0, lambda t: (t.replace_schema_metadata({VERSION: "4"}), PLAIN), "version"),
        (0, lambda t: (t, PLAIN | {"row_group_size": 2}), "2 row groups"),
        (2, lambda t: (required(t), {"use_dictionary": True}), "projections is not PLAIN"),
        (2, lambda t: (pa.table(t.to_pydict()), PLAIN), "projections is not REQUIRED"),
        (5, lambda t: (t, PLAIN | {"compression": "zstd"}), "packed with ZSTD"),
    ],
)
def test_the_check_finds_what_breaks_the_rules_of_container_3(written, position, change, words):
    path = written(3, kind=["a", "b", "c"], size=[1.0, 2.0, 3.0])
    check_bundle(path, IDS)
    tampered(path, position, change)
    with pytest.raises(StepError, match=words):
        check_bundle(path, IDS)


def test_container_3_without_its_payloads_is_refused(written):
    path = written(3, kind=["a", "b", "c"])
    parts = path.read_bytes().split(PARQUET_BUNDLE_DELIMITER)
    with pytest.raises(StepError, match="5 parts instead of 6"):
        check_container(parts[:5])
    with pytest.raises(StepError, match="6 parts instead of 3 to 5"):
        check_container([*written(2).read_bytes().split(PARQUET_BUNDLE_DELIMITER), b"", b"", b"x"])


def test_columns_come_in_the_order_of_the_ranking(tmp_path, projections, monkeypatch):
    table = annotations(gene_name=["a", "b", "c"], kind=["k"] * 3, family=["x", "x", "y"])
    pq.write_table(table, tmp_path / "annotations.parquet")
    (tmp_path / "ranking.json").write_text('[{"name": "family"}, {"name": "gene_name"}]')
    monkeypatch.chdir(tmp_path)
    command = "--annotations annotations.parquet --projections pca2.parquet umap2.parquet"
    step.main([*command.split(), "--ranking", "ranking.json", "--output", "x.parquetbundle"])
    names = read_bundle_contents(tmp_path / "x.parquetbundle").annotations.column_names
    assert names == ["protein_id", "family", "kind", "gene_name"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"x---PARQUET_DELIMITER---y"])
def test_the_check_refuses_what_is_no_bundle(tmp_path, content):
    (tmp_path / "x.parquetbundle").write_bytes(content)
    with pytest.raises(StepError) as caught:
        check_bundle(tmp_path / "x.parquetbundle", IDS)
    assert caught.value.code == "BUNDLE_INVALID"
