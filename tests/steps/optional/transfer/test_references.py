"""References that are not part of the input: their files, and what is refused of them."""

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from protspace.analysis.classification import Rule
from protspace.cli.transfer import run_transfer
from protspace.data.io.bundle import write_bundle

from steps.annotate.cells import GRAMMAR
from tests.steps.optional.transfer.conftest import bundled, families
from tests.support.embedding_files import write

NAMES = [f"sp|P{row}|P{row}_X" for row in range(6)]
LABELS = {"P0": "one", "P1": "one", "P3": "two", "P4": "two"}


@pytest.fixture
def files(tmp_path):
    """Return embeddings of two families, a table of labels, and both as options."""
    embeddings, table = tmp_path / "r.h5", tmp_path / "r.tsv"
    write(embeddings, dict(zip(NAMES, families([0, 0, 0, 1, 1, 1], seed=1), strict=True)))
    rows = [f"{name}\t{label}\t{label[0]}" for name, label in LABELS.items()]
    table.write_text("id\tfamily\tinitial\n" + "\n".join(rows) + "\n")
    return embeddings, table


def options(embeddings, *labels):
    return "--references", f"{embeddings}", "--reference-labels", *labels


def named(embeddings, *labels):
    return *options(embeddings, *labels), "--reference-embeddings", f"{embeddings}:model"


def test_labels_are_those_of_the_references(step, files):
    result = step(*named(*files))
    assert result.table["family__pred_value"] == ["one"] * 3 + ["two"] * 2
    assert set(result.table["family__pred_source"]) <= set(LABELS)
    # Or ProtSpace has nothing to show them with.
    assert result.table["family"] == [None] * 5
    assert result.rows[0][-1] == "reference_set" and {row[-1] for row in result.rows[1:]} == {
        "r.h5"
    }
    given = result.report["parameters"]["references"]
    assert [each["name"] for each in given["files"]] == ["r.h5", "r.tsv"]
    assert given["in_input"] == 0 and result.report["counts"] == {"family": 5}
    assert result.report["warnings"] == []


def test_labels_are_those_of_protspace_from_one_bundle(step, files, tmp_path):
    result = step(*named(*files), "--neighbors=3", "--max-distance=auto", "--only-references=P")
    names = [*(f"q{row}" for row in range(5)), *LABELS]
    rows = [*families([0, 0, 0, 1, 1]), *families([0, 0, 0, 1, 1, 1], seed=1)[[0, 1, 3, 4]]]
    theirs = run_transfer(
        annotations=pa.table({"protein_id": names, "family": [*[None] * 5, *LABELS.values()]}),
        embeddings=dict(zip(names, rows, strict=True)),
        transfer_columns=["family"],
        query_rule=Rule(["q"]),
        reference_rule=Rule(["P"]),
        k=3,
        max_distance="auto",
    ).slice(0, 5)
    assert result.table == theirs.to_pydict()


@pytest.fixture
def annotations():
    cells = {"protein_id": [*LABELS, "P9"], "family": [*LABELS.values(), "lost"]}
    return pa.table(cells).replace_schema_metadata(GRAMMAR)


@pytest.mark.parametrize("kind", ["bundle", "results"])
def test_bundle_and_earlier_results_have_labels(step, files, annotations, tmp_path, kind):
    path = tmp_path / "earlier" / "annotations.parquet"
    path.parent.mkdir()
    pq.write_table(annotations, path)
    if kind == "bundle":
        path = tmp_path / "x.parquetbundle"
        write_bundle(bundled(annotations), path)
    embeddings = f"--reference-embeddings={files[0]}:model"
    result = step(*options(path, path), embeddings)
    assert result.table["family__pred_value"] == ["one"] * 3 + ["two"] * 2
    assert result.rows[1][-1] == ("x.parquetbundle" if kind == "bundle" else "earlier")
    (warning,) = result.report["warnings"]
    assert "1 of 5 labelled references have no embedding in r.h5" in warning


def test_column_of_a_table_replaces_that_of_the_bundle(step, files, annotations, tmp_path):
    write_bundle(bundled(annotations), tmp_path / "x.parquetbundle")
    (tmp_path / "better.csv").write_text("id,family\nP0,new\n")
    labels = tmp_path / "x.parquetbundle", tmp_path / "better.csv"
    result = step(*named(files[0], *labels))
    assert set(result.table["family__pred_value"]) == {"new"}


def test_protein_that_is_a_reference_too_gets_its_own_label(step, files, tmp_path):
    write(tmp_path / "r.h5", {"q4": families([0], seed=2)[0], "P1": families([1])[0]})
    (tmp_path / "r.tsv").write_text("id\tfamily\nq4\town\nP1\tother\n")
    write(tmp_path / "q.h5", {"q4": families([0], seed=2)[0]}, model_name="model")
    pq.write_table(pa.table({"protein_id": ["q4"]}), tmp_path / "q.parquet")
    result = step(*named(*files))
    assert (result.table["family__pred_value"], result.table["family__pred_source"]) == (
        ["own"],
        ["q4"],
    )
    assert result.report["parameters"]["references"]["in_input"] == 1
    assert "1 protein(s) of the input are references, too" in (tmp_path / "t.log").read_text()


def test_values_of_the_input_stay_and_are_not_transferred(step, files):
    files[1].write_text(files[1].read_text().replace("initial", "kind"))
    result = step(*named(*files), transfer=["kind"])
    assert result.table["kind__pred_value"] == [None, "o", "o", "t", "t"]
    assert "kind" not in result.table


def test_embeddings_without_a_name_are_taken_with_a_warning(step, files):
    (warning,) = step(*options(*files)).report["warnings"]
    assert "r.h5 does not say which model made it" in warning
    assert "write r.h5:model" in warning


def test_filters_choose_queries_of_the_input_and_references_of_the_file(step, files):
    result = step(*named(*files), "--queries=kind~X", "--only-references=initial~t")
    assert result.table["family__pred_value"] == ["two", None, None, None, None]


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"transfer": ["famly"]}, "INVALID_REFERENCES", "Did you mean 'family'? There are: family"),
        ({"table": "id\tfamily\tx\nP0\t\ty\n"}, "INVALID_REFERENCES", "none of 6 has both a value"),
        (
            {"table": "id\tfamily\nX0\tone\n"},
            "INVALID_ANNOTATIONS",
            "identifiers of the references",
        ),
        ({"table": ""}, "INVALID_ANNOTATIONS", "the file is empty"),
        ({"numbers": 5}, "INVALID_REFERENCES", "have 5 numbers, those of the input, by 'model', 8"),
        ({"name": "other"}, "INVALID_REFERENCES", "by 'other', those of the input by 'model'"),
        ({"value": np.nan}, "INVALID_EMBEDDINGS", "not finite"),
        ({"names": []}, "INVALID_EMBEDDINGS", "it holds no dataset"),
        ({"only": "--only-references=X"}, "INVALID_CONFIG", "none of 4 proteins fits 'X'"),
        ({"only": "--only-references=fmly~X"}, "INVALID_CONFIG", "Did you mean 'family'?"),
        ({"only": "--queries=X"}, "INVALID_CONFIG", "Key 'transfer_queries': none of 5 proteins"),
        ({"only": "--skip-distant"}, "INVALID_CONFIG", "needs a largest distance"),
    ],
)
def test_references_that_cannot_be_used_are_refused(refusal, files, change, code, words):
    embeddings, table = files
    matrix = families([0, 0, 0, 1, 1, 1], numbers=change.get("numbers", 8))
    matrix[5, 0] = change.get("value", 0)
    write(embeddings, dict(zip(change.get("names", NAMES), matrix, strict=False)))
    table.write_text(change.get("table", table.read_text()))
    given = [*options(embeddings, table)]
    given += ["--reference-embeddings", f"{embeddings}:{change.get('name', 'model')}"]
    given += [change["only"]] if "only" in change else []
    found, message = refusal(*given, transfer=change.get("transfer", ["family"]))
    assert found == code and words in message


def test_damaged_bundle_is_refused(refusal, files, tmp_path):
    (tmp_path / "x.parquetbundle").write_bytes(b"PAR1 nonsense")
    code, message = refusal(*named(files[0], tmp_path / "x.parquetbundle"))
    assert code == "INVALID_REFERENCES" and "x.parquetbundle: it cannot be read" in message
