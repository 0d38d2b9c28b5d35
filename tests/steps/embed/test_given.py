"""Embeddings that the user gives: which protein each is for, and what is refused."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.embed.file import read_embeddings
from steps.embed.given import GivenEmbeddings, matcher
from steps.embed.models.composition import composition
from steps.embed.step import main
from steps.errors import StepError
from tests.support.embedding_files import (
    as_bio_embeddings,
    as_prottrans,
    as_uniprot,
    vectors,
    write,
)

SEQUENCES = {"P1": "MKV", "Q/1-3": "MLLA", "R.2": "ACCA"}


def given(*paths, lengths=None):
    embeddings = GivenEmbeddings(list(SEQUENCES), lengths or [None] * len(SEQUENCES))
    for path in paths:
        embeddings.read(path, lambda count: None)
    return embeddings


def refusal(*paths, lengths=None):
    with pytest.raises(StepError) as caught:
        given(*paths, lengths=lengths)
    return caught.value.code, caught.value.message


@pytest.fixture
def embed(tmp_path, capsys):
    table = {"protein_id": list(SEQUENCES), "sequence": list(SEQUENCES.values())}
    pq.write_table(pa.table(table), tmp_path / "s.parquet")

    def embed(name, *paths, missing="refuse"):
        """The file and its report, or the line on standard error."""
        out, report = tmp_path / "out.h5", tmp_path / "r.json"
        options = ["--embedder", "x", f"--name={name}", f"--missing={missing}", "--cache=none"]
        options += ["--file", *map(str, paths), f"--output={out}", f"--report={report}"]
        try:
            main([str(tmp_path / "s.parquet"), *options])
        except SystemExit:
            return capsys.readouterr().err
        return read_embeddings(out), json.loads(report.read_text())

    return embed


@pytest.mark.parametrize("form", [as_uniprot, as_prottrans, as_bio_embeddings])
def test_proteins_are_found_in_each_form(tmp_path, form):
    names = ["sp|P1|X_HUMAN", "Q/1-3", "R.2"] if form is as_bio_embeddings else list(SEQUENCES)
    if form is as_uniprot:
        names[1] = "Q%2F1-3"
    embeddings = given(form(tmp_path / "x.h5", names))
    assert embeddings.missing == [] and embeddings.unknown == []


def test_name_that_prottrans_gives_to_two_proteins_finds_neither():
    find = matcher(["a.b", "a/b", "c.d"])
    assert (find("a_b"), find("c_d"), find("a.b")) == (None, "c.d", "a.b")


def test_whole_headers_that_prottrans_has_changed_find_their_proteins():
    find = matcher(["WP_1.1", "AAA1.2", "R.2"])
    assert find("WP_1_1 MULTISPECIES: kinase 1_2 [Bacteria]") == "WP_1.1"
    assert find("gb|AAA1_2| kinase") == "AAA1.2"
    assert (find("R_3 kinase"), find("")) == (None, None)


def test_step_writes_the_vectors_in_the_order_of_the_input(embed, tmp_path):
    path = as_prottrans(tmp_path / "x.h5", ["R.2", "P1", "Q/1-3", "other"])
    (model, identifiers, found), report = embed("My model", path)
    assert (model, identifiers) == ("My model", list(SEQUENCES))
    assert np.array_equal(found, vectors(4)[[1, 2, 0]])
    assert report["parameters"]["files"][0]["name"] == "x.h5"
    assert report["warnings"] == ["1 embedding(s) match no protein and were not used: other."]


def test_missing_proteins_are_refused_with_the_remedy(embed, tmp_path):
    error = embed("composition", as_uniprot(tmp_path / "x.h5", ["P1", "Z9"]))
    assert "EMBEDDINGS_MISSING" in error and "2 of 3 proteins: Q/1-3, R.2" in error
    assert "Z9" in error and "missing=embed" in error


def test_missing_proteins_are_embedded_where_asked(embed, tmp_path):
    path = write(tmp_path / "x.h5", {"P1": np.ones(420, np.float32)})
    (_, _, found), report = embed("composition", path, missing="embed")
    assert found[0].tolist() == [1] * 420
    assert np.array_equal(found[2], composition("ACCA").astype(np.float32))
    assert report["counts"] == {"distinct": 2, "reused": 0, "sequences": 3, "missing": 2}


def test_computed_embeddings_of_another_length_are_refused(embed, tmp_path):
    error = embed("composition", as_uniprot(tmp_path / "x.h5", ["P1"]), missing="embed")
    assert "CONFLICTING_EMBEDDINGS" in error and "420 numbers" in error


def test_means_over_residues_are_said(embed, tmp_path):
    path = as_bio_embeddings(tmp_path / "x.h5", list(SEQUENCES), lengths=[3, 4, 4])
    _, report = embed("m", path)
    assert report["warnings"] == [
        "3 embedding(s) have a row for each residue; their mean was taken."
    ]


def test_rows_that_are_not_the_residues_are_refused(tmp_path):
    path = as_bio_embeddings(tmp_path / "x.h5", ["P1"], lengths=[5])
    code, message = refusal(path, lengths=[3, 4, 4])
    assert code == "INVALID_EMBEDDINGS" and "5 rows, and its sequence 3 residues" in message


def test_two_lengths_under_one_name_are_refused(tmp_path):
    one = write(tmp_path / "1.h5", {"P1": np.ones(4)})
    two = write(tmp_path / "2.h5", {"R.2": np.ones(5)})
    code, message = refusal(one, two)
    assert code == "INVALID_EMBEDDINGS" and "2.h5" in message and "a name each" in message


def test_second_embedding_of_a_protein_must_be_the_same(tmp_path):
    one, same = (as_uniprot(tmp_path / name, ["P1"]) for name in ("1.h5", "2.h5"))
    assert given(one, same).there.tolist() == [True, False, False]
    code, message = refusal(one, as_uniprot(tmp_path / "3.h5", ["P1"], seed=1))
    assert code == "CONFLICTING_EMBEDDINGS" and "P1" in message
