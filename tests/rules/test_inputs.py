"""Folders, sheets, compressed files, odd identifiers, and input that is refused."""

import gzip
import os
import random

import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.support.snakemake_run import read_json, snakemake, succeed

SMALL = {"methods": "pca2", "annotations": "sequence"}
ODD = ["A0A000_9ACTN/1-57", "a=b", "x:y", "[q](r)", "protéine", "50%", "semi;colon", "."]


def fasta(identifiers, seed=0):
    rng = random.Random(seed)
    residues = "ACDEFGHIKLMNPQRSTVWY"
    return "".join(f">{i} text\n{''.join(rng.choices(residues, k=40))}\n" for i in identifiers)


def identifiers_in(folder, dataset):
    path = folder / "results" / dataset / f"{dataset}.parquetbundle"
    return read_bundle_contents(path).annotations["protein_id"].to_pylist()


def test_relative_paths_count_from_where_the_command_is_given(tmp_path):
    (tmp_path / "my in").mkdir()
    (tmp_path / "my in/a #1.fasta").write_text(fasta("abcd"))
    (tmp_path / "labels.tsv").write_text("identifier\tkind\na\tx\n")
    tables = {"annotations": "sequence,labels.tsv", "methods": "pca2"}
    command = ("--directory", "run")
    succeed(tmp_path, *command, input='["my in/a #1.fasta"]', **tables)
    assert identifiers_in(tmp_path / "run", "a_1") == list("abcd")


@pytest.mark.slow
def test_folder_gives_a_bundle_for_each_file(tmp_path):
    source = tmp_path / "source files"
    source.mkdir()
    (source / "plain.fa").write_text(fasta("abcd"))
    (source / "packed one.fasta.gz").write_bytes(gzip.compress(fasta("efgh").encode()))
    succeed(tmp_path, input=source, **SMALL)
    assert identifiers_in(tmp_path, "plain") == list("abcd")
    assert identifiers_in(tmp_path, "packed_one") == list("efgh")


def test_sheet_names_its_data_sets(tmp_path):
    (tmp_path / "x.fasta").write_text(fasta("abcd"))
    (tmp_path / "y.txt.gz").write_bytes(gzip.compress(fasta("efgh").encode()))
    (tmp_path / "sheet.tsv").write_text("dataset\tfasta\nfirst\tx.fasta\nsecond.v2\ty.txt.gz\n")
    succeed(tmp_path, input="sheet.tsv", **SMALL)
    assert identifiers_in(tmp_path, "first") == list("abcd")
    assert identifiers_in(tmp_path, "second.v2") == list("efgh")


def test_odd_identifiers_reach_the_bundle_unchanged(tmp_path):
    (tmp_path / "odd.fasta").write_text(fasta(ODD))
    succeed(tmp_path, input="odd.fasta", methods="pca2,umap2:n_neighbors=3", annotations="sequence")
    assert identifiers_in(tmp_path, "odd") == ODD
    projections = read_bundle_contents(tmp_path / "results/odd/odd.parquetbundle").projections
    assert projections["protein_id"].to_pylist() == ODD * 2


@pytest.mark.slow
def test_braces_in_names_reach_the_files_they_name(tmp_path):
    (tmp_path / "x{dataset}.fasta").write_text(fasta("abcd"))
    (tmp_path / "x.fasta").write_text(fasta("wxyz"))
    (tmp_path / "l{y} <b>.csv").write_text(
        "id,kind\n" + "".join(f"{name},{name}{name}\n" for name in "abcd")
    )
    (tmp_path / "s{z}.json").write_text('{"kind": {"colors": {"aa": "#ff0000"}}}')
    given = {"input": "x{dataset}.fasta", "annotations": "l{y} <b>.csv", "styles": "s{z}.json"}
    succeed(tmp_path, **(SMALL | given))
    contents = read_bundle_contents(tmp_path / "results/x_dataset/x_dataset.parquetbundle")
    assert contents.annotations["kind"].to_pylist() == ["aa", "bb", "cc", "dd"]
    configuration = (tmp_path / "results/x_dataset/config.yaml").read_text()
    assert "x{dataset}.fasta" in configuration and "l{y} <b>.csv" in configuration


def test_braces_in_the_working_directory_are_refused(tmp_path):
    folder = tmp_path / "run{2}"
    folder.mkdir()
    result = snakemake(folder, input="x.fasta")
    assert result.returncode == 1
    assert "Choose another --directory" in result.stderr and "Traceback" not in result.stderr


@pytest.mark.slow
def test_quoted_path_with_a_number_sign_is_read(tmp_path):
    (tmp_path / "a #1.fasta").write_text(fasta("abcd"))
    (tmp_path / "a").write_text(fasta("wxyz"))
    result = snakemake(tmp_path, input="a #1.fasta", **SMALL)
    assert result.returncode == 1
    remedy = result.stderr.partition("--config 'input=")[2].partition("'")[0]
    succeed(tmp_path, input=remedy, **SMALL)
    assert identifiers_in(tmp_path, "a_1") == list("abcd")


@pytest.mark.slow
@pytest.mark.parametrize("replaced", ["x.fasta", "labels.csv", "styles.json"])
def test_file_that_an_older_one_replaced_is_read_again(tmp_path, replaced):
    (tmp_path / "x.fasta").write_text(fasta("abcd"))
    (tmp_path / "labels.csv").write_text("id,kind\na,one\nb,two\n")
    (tmp_path / "styles.json").write_text('{"kind": {"colors": {"one": "#ff0000"}}}')
    config = SMALL | {"annotations": "labels.csv", "input": "x.fasta", "styles": "styles.json"}
    succeed(tmp_path, **config)
    bundle = tmp_path / "results/x/x.parquetbundle"
    before = bundle.read_bytes()
    path = tmp_path / replaced
    new = path.read_text().replace("M", "A").replace("one", "two").replace("ff0000", "00ff00")
    path.write_text(new if replaced != "x.fasta" else fasta("abcd", seed=1))
    os.utime(path, (0, 0))
    succeed(tmp_path, **config)
    assert bundle.read_bytes() != before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("branch", "config"),
    [
        ("transfer", {"transfer": "famly,length"}),
        ("statistics", {"statistics": "true", "statistics_annotations": "famly,length"}),
    ],
)
def test_name_of_no_annotation_is_refused_with_those_there_are(tmp_path, branch, config):
    (tmp_path / "x.fasta").write_text(fasta("abcd"))
    result = snakemake(tmp_path, input="x.fasta", **config, **SMALL)
    error = read_json(tmp_path / "logs" / "x" / f"{branch}.error.json")
    assert (result.returncode, error["code"]) == (1, "INVALID_CONFIG")
    assert "no annotation 'famly'" in error["message"] and "length" in error["message"]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"annotations": "labels.xlsx"}, "Save the sheet as CSV"),
        ({"method": "pca2"}, "Did you mean 'methods'?"),
        ({"input": "none.fasta"}, "There is no file or folder"),
        ({"methods": "umap"}, "write 'umap2'"),
    ],
)
def test_invalid_configuration_stops_before_any_job(tmp_path, config, words):
    (tmp_path / "x.fasta").write_text(fasta("abcd"))
    result = snakemake(tmp_path, **{"input": "x.fasta", **config})
    assert result.returncode == 1
    assert words in result.stderr and "Traceback" not in result.stderr
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    ("text", "config", "step", "code"),
    [
        (fasta("aa"), {}, "normalize", "DUPLICATE_IDENTIFIERS"),
        (fasta("abc"), {"min_sequences": 20}, "normalize", "TOO_FEW_SEQUENCES"),
        (fasta("abcd"), {"max_length": 39}, "normalize", "SEQUENCE_TOO_LONG"),
        (fasta("abcd"), {"max_file_bytes": 99}, "normalize", "FILE_TOO_LARGE"),
        (fasta("a"), {}, "project.kmers.pca2", "TOO_FEW_SEQUENCES"),
        (">a\nMKV\n>b\nMKV\n", {}, "project.kmers.pca2", "NO_VARIATION"),
    ],
)
def test_refused_input_leaves_code_and_message_and_no_bundle(tmp_path, text, config, step, code):
    (tmp_path / "x.fasta").write_text(text)
    result = snakemake(tmp_path, input="x.fasta", **SMALL, **config)
    error = read_json(tmp_path / "logs" / "x" / f"{step}.error.json")
    assert (result.returncode, error["code"]) == (1, code)
    assert error["message"] in result.stderr
    assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("results/x/*bundle*"))
