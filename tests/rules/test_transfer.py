"""Runs that transfer labels: from references, and by all choices that protspace's command has."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.support.snakemake_run import EXAMPLE, LABELS, read_json, snakemake, succeed

SMALL = {"methods": "pca2", "annotations": "header", "transfer": "family"}


@pytest.fixture
def folder(tmp_path):
    """Return a folder with 30 queries, 30 other proteins as references, and a table of labels."""
    records = [f">{record}" for record in EXAMPLE.read_text().split(">")[1:]]
    (tmp_path / "some.fasta").write_text("".join(records[::8]))
    (tmp_path / "labelled.fasta").write_text("".join(records[4::8]))
    shutil.copy(LABELS, tmp_path / "t.tsv")
    return tmp_path


def annotations(folder, name="some"):
    return read_bundle_contents(folder / f"results/{name}/{name}.parquetbundle").annotations


def truth(folder, names):
    rows = dict(line.split("\t")[:2] for line in (folder / "t.tsv").read_text().splitlines())
    return [rows[name] for name in names]


def jobs(output):
    return set(re.findall(r"^(\w+) +\d+$", output, flags=re.MULTILINE)) - {"total"}


def test_labels_come_from_a_fasta_file_with_its_table(folder):
    references = {"references": "labelled.fasta", "reference_labels": "t.tsv"}
    succeed(folder, input="some.fasta", **SMALL, **references)
    found = annotations(folder)
    names, values = (found[it].to_pylist() for it in ("protein_id", "family__pred_value"))
    right = [a == b for a, b in zip(values, truth(folder, names), strict=True)]
    assert len(names) == 30 and sum(right) > 24
    assert set(found["family"].to_pylist()) == {""}
    assert not set(found["family__pred_source"].to_pylist()) & set(names)
    record = read_json(folder / "results/some/provenance.json")
    assert [it["step"] for it in record["steps"]].count("embed") == 2
    given = record["steps"][-2]["parameters"]
    assert given["references"]["name"] == "labelled.fasta"
    assert given["calibration"]["family"]["labelled"] == 30


@pytest.mark.slow
def test_changed_references_run_only_what_follows_from_them(folder):
    keys = {"input": "some.fasta", "references": "labelled.fasta", "reference_labels": "t.tsv"}
    succeed(folder, **keys, **SMALL)
    assert "Nothing to be done" in succeed(folder, "--dry-run", **keys, **SMALL)
    table = folder / "t.tsv"
    table.write_text(table.read_text().replace("kinase", "lipase"))
    expected = {"all", "transfer", "bundle", "provenance", "methods", "html"}
    assert jobs(succeed(folder, "--dry-run", **keys, **SMALL)) == expected
    (folder / "labelled.fasta").write_text((folder / "labelled.fasta").read_text()[:2000])
    more = {"normalize_references", "embed_references"}
    assert jobs(succeed(folder, "--dry-run", **keys, **SMALL)) == expected | more


@pytest.mark.slow
def test_labels_come_from_an_earlier_run_and_from_its_bundle(folder):
    keys = {"methods": "pca2", "annotations": "header,t.tsv"}
    succeed(folder, input="labelled.fasta", **keys)
    values = []
    for value in ("results/labelled", "results/labelled/labelled.parquetbundle"):
        succeed(folder, input="some.fasta", **SMALL, references=value)
        values.append(annotations(folder)["family__pred_value"].to_pylist())
    names = annotations(folder)["protein_id"].to_pylist()
    assert values[0] == values[1] and "" not in values[0]
    right = [a == b for a, b in zip(values[0], truth(folder, names), strict=True)]
    assert sum(right) > 24


@pytest.mark.slow
def test_one_job_of_a_cluster_and_shards_give_the_same_labels(folder, tmp_path):
    keys = {"references": "labelled.fasta", "reference_labels": "t.tsv"}
    found = []
    for size in (0, 1000, 20):
        succeed(folder, input="some.fasta", **SMALL, **keys, shard_size=size)
        found.append((folder / "results/some/some.parquetbundle").read_bytes())
        shutil.rmtree(folder / "results")
    assert found[0] == found[1] == found[2]


@pytest.mark.slow
def test_all_choices_are_those_of_protspace(folder, tmp_path):
    """`protspace transfer` fills the bundle of a run that transfers nothing."""
    lines = (folder / "t.tsv").read_text().splitlines(keepends=True)
    (folder / "half.tsv").write_text("".join(lines[:1] + lines[1::8]))
    keys = {"input": EXAMPLE, "methods": "pca2", "annotations": "header,half.tsv"}
    ours = {"transfer": "family", "transfer_neighbors": 3, "transfer_metric": "euclidean"}
    ours |= {"transfer_max_distance": 1.05, "transfer_skip_distant": "true"}
    ours |= {
        "transfer_queries": '["protein_name~7","SIM000"]',
        "transfer_references": "[family~simulated]",
    }
    name = EXAMPLE.stem
    succeed(folder, **keys)
    shutil.copy(folder / f"results/{name}/{name}.parquetbundle", folder / "plain.parquetbundle")
    filters = ["--query-where=protein_name~7", "--query-id-prefix=SIM000"]
    filters += ["--reference-where=family~simulated", "--k=3", "--metric=euclidean"]
    filters += ["--max-distance=1.05", "--skip-distant", "-t", "family", "--report=r.tsv"]
    files = ["-b", "plain.parquetbundle", "-o", "filled.parquetbundle"]
    files += ["-e", f"results/{name}/embeddings/kmers.h5"]
    program = Path(sys.executable).with_name("protspace")
    subprocess.run([program, "transfer", *files, *filters], check=True, cwd=folder)
    succeed(folder, **keys, **ours)
    theirs = read_bundle_contents(folder / "filled.parquetbundle").annotations
    found = annotations(folder, name)
    names = [it for it in theirs.column_names if it.startswith("family")]
    assert len(names) == 5 and {"near", "distant"} <= set(found["family__neighbor"].to_pylist())
    for column in names:
        assert found[column].to_pylist() == theirs[column].to_pylist()
    assert (folder / f"results/{name}/transferred.tsv").read_text() == (
        folder / "r.tsv"
    ).read_text()


def test_refused_references_leave_code_and_message(folder):
    keys = {"references": "labelled.fasta", "reference_labels": "t.tsv"} | SMALL
    result = snakemake(folder, input="some.fasta", **keys | {"transfer": "famly"})
    error = read_json(folder / "logs/some/transfer.error.json")
    assert (result.returncode, error["code"]) == (1, "INVALID_REFERENCES")
    assert "Did you mean 'family'?" in error["message"] and "Traceback" not in result.stderr
