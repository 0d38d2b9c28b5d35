"""Identities of all pairs, and the distances that MDS gets of them."""

import random

import numpy as np
import pytest

from steps.errors import StepError
from steps.optional import similarity

RESIDUES = "ACDEFGHIKLMNPQRSTVWY"


def mutated(sequence, share, rng):
    return "".join(rng.choice(RESIDUES) if rng.random() < share else it for it in sequence)


@pytest.fixture
def relatives():
    rng = random.Random(0)
    ancestor = "".join(rng.choices(RESIDUES, k=150))
    return [ancestor, mutated(ancestor, 0.2, rng), "".join(rng.choices(RESIDUES, k=150)), "MKV"]


def test_relatives_are_similar_and_too_short_ones_only_to_themselves(relatives):
    matrix = similarity.identities(relatives)
    assert matrix[0, 1] > 0.75 and matrix[0, 2] < 0.5
    assert matrix[3].tolist() == [0, 0, 0, 1]
    assert (matrix == matrix.T).all() and (np.diag(matrix) == 1).all()


def test_the_number_of_threads_changes_nothing(relatives):
    one, two = (similarity.identities(relatives, threads) for threads in (1, 2))
    assert one.tobytes() == two.tobytes()


def test_too_many_proteins_are_refused_with_the_limit():
    with pytest.raises(StepError, match="at most 5,000 proteins; there are 5,001") as refusal:
        similarity.identities(["MKV"] * 5_001)
    assert refusal.value.code == "TOO_MANY_SEQUENCES"


def test_a_failure_of_mmseqs_is_told_in_its_words(relatives, monkeypatch):
    monkeypatch.setattr(similarity, "_SEARCH", ("--no-such-option",))
    with pytest.raises(StepError, match="no-such-option") as failure:
        similarity.identities(relatives)
    assert failure.value.code == "MMSEQS_FAILED"
