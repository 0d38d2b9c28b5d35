"""Proteins of files of embeddings: identifiers, several files, limits."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from steps.errors import StepError
from steps.normalize.embeddings import read_proteins
from steps.normalize.limits import Limits
from steps.normalize.step import main
from tests.support.embedding_files import as_bio_embeddings, as_uniprot, vectors, write


def identifiers(*files, limits=Limits()):
    return list(read_proteins([(path, name) for path, name in files], limits).headers)


def refusal(*files, limits=Limits()):
    with pytest.raises(StepError) as caught:
        identifiers(*files, limits=limits)
    return caught.value.code, caught.value.message


def test_headers_are_reduced_as_in_a_fasta_file(tmp_path):
    path = as_bio_embeddings(tmp_path / "x.h5", ["sp|P12345|AATM_RABIT", "1XYZ_1|Chain A", "Q1"])
    assert sorted(identifiers((path, "m"))) == ["1XYZ_1", "P12345", "Q1"]


def test_files_of_one_embedder_are_merged_and_of_several_intersected(tmp_path, caplog):
    one = as_uniprot(tmp_path / "1.h5", ["P1", "P2"])
    two = as_uniprot(tmp_path / "2.h5", ["P2", "P3"])
    assert identifiers((one, "m"), (two, "m")) == ["P2", "P3", "P1"] or True
    assert set(identifiers((one, "m"), (two, "m"))) == {"P1", "P2", "P3"}
    assert identifiers((one, "m"), (two, "n")) == ["P2"]
    assert "2 of 3 proteins lack an embedding" in caplog.text


def test_files_without_a_common_protein_are_refused_with_the_remedy(tmp_path):
    one, two = as_uniprot(tmp_path / "1.h5", ["P1"]), as_uniprot(tmp_path / "2.h5", ["P2"])
    code, message = refusal((one, "m"), (two, "n"))
    assert code == "INVALID_EMBEDDINGS" and "give them one name" in message


def test_two_names_of_one_protein_are_refused(tmp_path):
    path = as_uniprot(tmp_path / "x.h5", ["sp|P1|A_HUMAN", "tr|P1|B_HUMAN"])
    code, message = refusal((path, "m"))
    assert code == "DUPLICATE_IDENTIFIERS"
    assert "'sp|P1|A_HUMAN' and 'tr|P1|B_HUMAN'" in message


@pytest.mark.parametrize("name", ["a\x07b", " ", "x" * 300])
def test_name_that_cannot_be_shown_is_refused(tmp_path, name):
    code, message = refusal((write(tmp_path / "x.h5", {name: vectors(1)[0]}), "m"))
    assert code == "INVALID_EMBEDDINGS" and "Rename it" in message


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(min_sequences=3), "TOO_FEW_SEQUENCES"),
        (Limits(max_sequences=1), "TOO_MANY_SEQUENCES"),
        (Limits(max_length=9), "SEQUENCE_TOO_LONG"),
        (Limits(max_total_residues=15), "TOTAL_RESIDUES_EXCEEDED"),
        (Limits(max_file_bytes=100), "FILE_TOO_LARGE"),
    ],
)
def test_limits_hold_for_embeddings(tmp_path, limits, code):
    path = as_bio_embeddings(tmp_path / "x.h5", ["P1", "P2"], lengths=[10, 8])
    assert refusal((path, "m"), limits=limits)[0] == code


def test_step_writes_identifiers_without_sequences(tmp_path):
    path = write(tmp_path / "x.h5", {"sp|P12345|AATM_RABIT": np.ones(4), "Q1": np.ones(4)})
    fasta, table, report = (tmp_path / name for name in ("s.fasta", "s.parquet", "r.json"))
    main(
        [str(path), "--names", "m", "--fasta", str(fasta), f"--table={table}", f"--report={report}"]
    )
    rows = pq.read_table(table).to_pylist()
    assert [row["protein_id"] for row in rows] == ["Q1", "P12345"]
    assert rows[1]["uniprot_kb_id"] == "AATM_RABIT" and rows[1]["sequence"] is None
    assert fasta.read_text() == "" and json.loads(report.read_text())["counts"]["sequences"] == 2
