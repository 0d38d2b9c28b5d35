"""Identities by MMseqs2, of all pairs and of the most similar ones."""

import random

import numpy as np
import pytest

from steps.errors import StepError
from steps.optional.similarity import search
from steps.optional.similarity.file import read_similarities, write_similarities

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"


def mutated(sequence, share, rng):
    return "".join(rng.choice(RESIDUES) if rng.random() < share else it for it in sequence)


@pytest.fixture
def relatives():
    rng = random.Random(0)
    ancestor = "".join(rng.choices(RESIDUES, k=150))
    return [ancestor, mutated(ancestor, 0.2, rng), "".join(rng.choices(RESIDUES, k=150)), "MKV"]


@pytest.fixture
def few_are_many(monkeypatch):
    """Search as for more than `ALL_PAIRS` proteins."""
    monkeypatch.setattr(search, "ALL_PAIRS", 1)


def test_relatives_are_similar_and_too_short_ones_to_none(relatives):
    matrix = search.identities(relatives).toarray()
    assert matrix[0, 1] > 0.75 and matrix[0, 2] < 0.5
    assert matrix[3].tolist() == [0, 0, 0, 0]
    assert (matrix == matrix.T).all() and (np.diag(matrix) == 0).all()


def test_the_number_of_threads_changes_nothing(relatives):
    one, two = (search.identities(relatives, threads).toarray() for threads in (1, 2))
    assert one.tobytes() == two.tobytes()


def test_of_many_proteins_only_relatives_are_kept(relatives, few_are_many):
    matrix = search.identities(relatives).toarray()
    assert np.argwhere(matrix).tolist() == [[0, 1], [1, 0]] and matrix[0, 1] > 0.75


def test_of_many_proteins_so_many_hits_are_kept(few_are_many, monkeypatch):
    monkeypatch.setattr(search, "MOST_HITS", 3)
    rng = random.Random(0)
    ancestor = "".join(rng.choices(RESIDUES, k=150))
    matrix = search.identities([mutated(ancestor, 0.2, rng) for _ in range(12)])
    # A hit of either side counts for both.
    assert 12 * 2 <= matrix.nnz <= 12 * 2 * 3


def test_similarities_are_read_as_they_were_written(relatives, tmp_path):
    matrix, names = search.identities([*relatives, relatives[0]]), list("abcde")
    write_similarities(tmp_path / "s.parquet", names, matrix)
    identifiers, found = read_similarities(tmp_path / "s.parquet")
    assert identifiers == names
    assert found.toarray().tobytes() == matrix.toarray().tobytes()


def test_a_failure_of_mmseqs_is_told_in_its_words(relatives, monkeypatch):
    monkeypatch.setattr(search, "_OUTPUT", ("--no-such-option",))
    with pytest.raises(StepError, match="no-such-option") as failure:
        search.identities(relatives)
    assert failure.value.code == "MMSEQS_FAILED"
