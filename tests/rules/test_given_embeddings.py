"""Runs of embeddings that the user gives, alone and beside a FASTA file."""

import numpy as np
import pytest
from protspace.data.io.bundle import read_bundle_contents

from tests.support.embedding_files import as_bio_embeddings, as_uniprot, vectors, write
from tests.support.snakemake_run import read_json, snakemake, succeed

HEADERS = [f"sp|P{row:05d}|X{row}_HUMAN" for row in range(8)]
SMALL = {"methods": "pca2", "annotations": "header,sequence"}


def contents(folder, name):
    return read_bundle_contents(folder / "results" / name / f"{name}.parquetbundle")


def fasta(path, headers):
    path.write_text("".join(f">{each} Text\nMKV{'A' * row}\n" for row, each in enumerate(headers)))
    return path


def test_embeddings_alone_become_a_bundle_that_names_their_embedder(tmp_path):
    path = as_bio_embeddings(tmp_path / "x.h5", HEADERS)
    write(
        tmp_path / "y.h5", dict(zip(HEADERS[:6], vectors(6, 20), strict=True)), model_name="esm2_8m"
    )
    succeed(tmp_path, input=f"{path}:My model,y.h5", **SMALL)
    bundle, record = contents(tmp_path, "x"), read_json(tmp_path / "results/x/provenance.json")
    assert sorted(bundle.annotations["protein_id"].to_pylist()) == [
        f"P{row:05d}" for row in range(6)
    ]
    assert bundle.metadata["source"].to_pylist() == ["My model", "esm2_8m"]
    assert any("2 of 8 proteins lack" in warning for warning in record["warnings"])
    (given,) = record["steps"][1]["parameters"]["files"]
    assert given["name"] == "x.h5" and given["sha256"] == record["input"]["sha256"]


@pytest.mark.slow
def test_same_embeddings_give_the_same_bytes(tmp_path):
    path = as_uniprot(tmp_path / "x.h5", HEADERS)
    bundles = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        folder.mkdir()
        succeed(folder, input=path, **SMALL)
        bundles.append((folder / "results/x/x.parquetbundle").read_bytes())
    assert bundles[0] == bundles[1]


def test_embeddings_beside_a_fasta_file_are_those_of_the_bundle(tmp_path):
    source = fasta(tmp_path / "z.fasta", HEADERS)
    path = as_uniprot(tmp_path / "x.h5", [each.split("|")[1] for each in HEADERS])
    succeed(tmp_path, input=source, embeddings=f"{path}:prot_t5", **SMALL)
    bundle = contents(tmp_path, "z")
    assert bundle.metadata["projection_name"].to_pylist() == ["ProtT5 — PCA 2"]
    assert "length" in bundle.annotations.column_names


@pytest.mark.slow
def test_replaced_file_of_embeddings_is_read_again(tmp_path):
    source = fasta(tmp_path / "z.fasta", HEADERS)
    path = as_uniprot(tmp_path / "x.h5", HEADERS)
    succeed(tmp_path, input=source, embeddings=path, **SMALL)
    before = (tmp_path / "results/z/z.parquetbundle").read_bytes()
    as_uniprot(path, HEADERS, seed=1)
    succeed(tmp_path, input=source, embeddings=path, **SMALL)
    assert (tmp_path / "results/z/z.parquetbundle").read_bytes() != before


@pytest.mark.slow
def test_shards_give_the_same_embeddings(tmp_path):
    path = as_uniprot(tmp_path / "x.h5", HEADERS)
    bundles = []
    for size, folder in ((0, tmp_path / "one"), (3, tmp_path / "two")):
        folder.mkdir()
        succeed(folder, input=path, shard_size=size, **SMALL)
        bundles.append((folder / "results/x/x.parquetbundle").read_bytes())
    assert bundles[0] == bundles[1]


@pytest.mark.parametrize(
    ("row", "step", "code"),
    [
        (np.full(8, np.nan), "embed.x", "INVALID_EMBEDDINGS"),
        (np.ones(5), "embed.x", "INVALID_EMBEDDINGS"),
        (np.float64(3), "normalize", "INVALID_EMBEDDINGS"),
    ],
)
def test_refused_embeddings_leave_code_and_message_and_no_bundle(tmp_path, row, step, code):
    rows = [*vectors(7), row]
    write(tmp_path / "x.h5", dict(zip(HEADERS, rows, strict=True)))
    result = snakemake(tmp_path, input="x.h5", **SMALL)
    error = read_json(tmp_path / "logs" / "x" / f"{step}.error.json")
    assert (result.returncode, error["code"]) == (1, code)
    assert error["message"] in result.stderr and "Traceback" not in result.stderr
    assert not list(tmp_path.glob("results/x/*bundle*"))
