"""Folders, sheets, compressed files, odd identifiers, and input that is refused."""

import gzip
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


@pytest.mark.parametrize(
    ("config", "words"),
    [
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
        (fasta("a"), {}, "project.composition.pca2", "TOO_FEW_SEQUENCES"),
        (">a\nMKV\n>b\nMKV\n", {}, "project.composition.pca2", "NO_VARIATION"),
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
