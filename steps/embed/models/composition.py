"""Residue and dipeptide composition: an alignment-free baseline, not a language model.

Dimensions 0-19 are the square roots of the frequencies of the 20 amino acids (order:
ACDEFGHIKLMNPQRSTVWY), dimensions 20-419 those of the 400 pairs of neighbouring residues
(AA, AC, ..., YY). The square root makes the Euclidean distance of two proteins the Hellinger
distance of their compositions (times the square root of 2, for each of the two blocks), which
keeps frequent residues from drowning rare ones: Rao, Qüestiió 19 (1995); Legendre & Gallagher,
Oecologia 129 (2001), doi:10.1007/s004420100716. Dipeptide composition as a description of
proteins: Bhasin & Raghava, J. Biol. Chem. 279 (2004), doi:10.1074/jbc.M401932200.

B, X, Z, U and O count neither as residues nor within pairs; a protein made of them alone gets
an embedding of zeros, one with a single residue a zero dipeptide block.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from steps.embed.models.residues import numbers

DIMENSIONS = 20 + 400


class Embedder:
    """Compositions: float32, 420 dimensions, each in [0, 1]."""

    name = "composition"
    revision = None
    dimensions = DIMENSIONS
    packages = ("numpy",)

    def embed(
        self, sequences: Sequence[str], advance: Callable[[int], None]
    ) -> Iterator[tuple[Sequence[int], np.ndarray]]:
        """Yield all positions and their compositions at once."""
        embeddings = np.zeros((len(sequences), DIMENSIONS), dtype=np.float32)
        for row, sequence in zip(embeddings, sequences, strict=True):
            row[:] = composition(sequence)
            advance(1)
        yield range(len(sequences)), embeddings


def composition(sequence: str) -> np.ndarray:
    """Return the composition of one sequence: float64, shape (420,)."""
    codes = numbers(sequence)
    residues = np.bincount(codes, minlength=21)[:20]
    # On a 21 x 21 grid, pairs with another letter fall into its last row or column.
    grid = np.bincount(codes[:-1] * 21 + codes[1:], minlength=441).reshape(21, 21)
    pairs = grid[:20, :20].ravel()
    return np.concatenate([_hellinger(residues), _hellinger(pairs)])


def _hellinger(counts: np.ndarray) -> np.ndarray:
    roots: np.ndarray = np.sqrt(counts / max(counts.sum(), 1))
    return roots
