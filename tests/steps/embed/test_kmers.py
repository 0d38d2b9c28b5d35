"""Embeddings by pairs and triplets of residues."""

import random

import numpy as np
import pytest
from Bio.Align import substitution_matrices

from steps.embed.models.blosum62 import SCORES, coordinates
from steps.embed.models.kmers import DIMENSIONS, PAIR_PRODUCTS, PAIRS, Embedder, kmers
from steps.embed.models.residues import AMINO_ACIDS

PAIR_DIMENSIONS = len(PAIRS) * PAIR_PRODUCTS


def proteins(count, seed=0):
    rng = random.Random(seed)
    return ["".join(rng.choices(AMINO_ACIDS, k=rng.randint(1, 300))) for _ in range(count)]


def lengths(sequence):
    """Return the squared lengths of both blocks."""
    squares = np.square(kmers([sequence])[0].astype(float))
    return [squares[:PAIR_DIMENSIONS].sum(), squares[PAIR_DIMENSIONS:].sum()]


def distance(one, other):
    first, second = kmers([one, other])
    return np.linalg.norm(first - second)


def test_scores_are_those_of_biopython():
    theirs = substitution_matrices.load("BLOSUM62")
    assert SCORES.tolist() == [[theirs[a, b] for b in AMINO_ACIDS] for a in AMINO_ACIDS]


def test_squared_inner_products_of_coordinates_are_the_scores():
    products = coordinates(19).astype(float) @ coordinates(19).T
    # BLOSUM62 has one negative eigenvalue, which is left out.
    assert np.linalg.matrix_rank(products @ products - SCORES, tol=1e-3) == 1


def test_embeddings_are_float32_and_finite():
    sequences = [*proteins(70), "M", "MK", "XXX"]
    ((positions, found),) = Embedder().embed(sequences, lambda count: None)
    assert (list(positions), found.dtype) == (list(range(73)), np.float32)
    assert found.shape == (73, DIMENSIONS) == (73, 3968)
    assert np.isfinite(found).all()


@pytest.mark.parametrize(
    ("sequence", "expected"),
    [("M", [0, 0]), ("MK", [0.6, 0]), ("MKV", [0.6, 0.4]), ("MXK", [0.6, 0]), ("BXZUO", [0, 0])],
)
def test_blocks_have_their_length_or_no_words(sequence, expected):
    assert lengths(sequence) == pytest.approx(expected)


def test_other_letters_end_words():
    assert np.array_equal(*kmers(["MKXXXXXXXXXXXXXXXXMK", "MKUUUUUUUUUUUUUUUUMK"]))
    assert distance("MKXXXXXXXXXXXXXXXXMK", "MK") == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("size", [1, 7, 64, 200])
def test_embedding_has_the_same_bytes_in_any_batch(size):
    sequences = [*proteins(200), "M", "W" * 5000]
    ((_, whole),) = Embedder().embed(sequences, lambda count: None)
    parts = [kmers(sequences[start : start + size]) for start in range(0, len(sequences), size)]
    assert np.vstack(parts).tobytes() == whole.tobytes()


def test_conservative_replacement_moves_less_than_another_one():
    (protein,) = proteins(1, seed=2)
    conservative = protein.translate(str.maketrans("IKDF", "VREY"))
    other = protein.translate(str.maketrans("IKDF", "DGWP"))
    assert distance(protein, conservative) < distance(protein, other)


def test_shared_region_brings_unequal_lengths_near():
    one, *others = [text * 2 for text in proteins(6, seed=3)]
    assert all(distance(one, one[10:-20]) < distance(one, other) for other in others)


def test_progress_counts_every_sequence():
    done = []
    list(Embedder().embed(proteins(130), done.append))
    assert sum(done) == 130


def test_no_sequence_gives_no_embedding():
    ((positions, found),) = Embedder().embed([], lambda count: None)
    assert (len(positions), found.shape) == (0, (0, DIMENSIONS))
