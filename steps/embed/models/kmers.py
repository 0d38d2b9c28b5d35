"""Pairs and triplets of residues, compared by BLOSUM62: alignment-free, without training.

Two blocks of coordinates:

- dimensions 0-2047: pairs of residues at distances 1 to 16, 128 dimensions for each distance;
- dimensions 2048-3967: spaced triplets, that is residues at 0-1-2, 0-1-3, 0-2-3, 0-1-4, 0-2-4 and
  0-3-4, 320 dimensions for each pattern.

A residue is in two pairs of a distance and in three triplets of a pattern. So that it counts the
same in both blocks, their squared lengths are 3/5 and 2/5.

For each distance and pattern the square roots of the frequencies (Hellinger transformation: Rao,
Qüestiió 19 (1995); Legendre & Gallagher, Oecologia 129 (2001), doi:10.1007/s004420100716) are
multiplied by coordinates of the residues, whose inner products are the square root of BLOSUM62. So
a conservative replacement moves a protein less than another one, and a residue that is rare in the
background counts more. A word has the products of its residues' coordinates; kept are those with
the largest products of eigenvalues.

Spaced words: Leimeister et al., Bioinformatics 30 (2014), doi:10.1093/bioinformatics/btu177. Words
smoothed by substitutions: Kuang et al., J. Bioinform. Comput. Biol. 3 (2005),
doi:10.1142/S021972000500120X.

Words with B, X, Z, U or O do not count. A block without any word is zero.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import batched

import numpy as np
import numpy.typing as npt

from steps.embed.models.blosum62 import coordinates, spectrum
from steps.embed.models.residues import OTHER, numbers

#: Offsets of the residues of a word from its first one.
PAIRS = tuple((0, distance) for distance in range(1, 17))
TRIPLETS = ((0, 1, 2), (0, 1, 3), (0, 2, 3), (0, 1, 4), (0, 2, 4), (0, 3, 4))
#: Dimensions of a distance and of a pattern of three.
PAIR_PRODUCTS, TRIPLET_PRODUCTS = 128, 320
#: Lengths of the blocks.
PAIR_LENGTH, TRIPLET_LENGTH = np.float32(np.sqrt(3 / 5)), np.float32(np.sqrt(2 / 5))
DIMENSIONS = len(PAIRS) * PAIR_PRODUCTS + len(TRIPLETS) * TRIPLET_PRODUCTS

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

#: Sequences whose words are counted at once; all of them stay in the processor's cache.
_BLOCK = 64
#: At least the longest offset, so that no word reaches from one sequence into the next.
_GAP = "X" * 16


class Embedder:
    """Words of two and three residues: float32, 3,968 dimensions, finite."""

    name = "kmers"
    revision = None
    dimensions = DIMENSIONS
    packages = ("numpy",)

    def embed(
        self, sequences: Sequence[str], advance: Callable[[int], None]
    ) -> Iterator[tuple[Sequence[int], np.ndarray]]:
        """Yield all positions and their embeddings at once."""
        embeddings = np.empty((len(sequences), DIMENSIONS), dtype=np.float32)
        for block in batched(range(len(sequences)), _BLOCK):
            rows = slice(block[0], block[-1] + 1)
            embeddings[rows] = kmers(sequences[rows])
            advance(len(block))
        yield range(len(sequences)), embeddings


def kmers(sequences: Sequence[str]) -> Floats:
    """Return embeddings, shape (n, 3968); a row depends on its own sequence alone."""
    codes = numbers("".join(sequence + _GAP for sequence in sequences))
    owners = np.repeat(np.arange(len(sequences)), [len(s) + len(_GAP) for s in sequences])
    words = Words(codes, owners[: len(codes) - len(_GAP)], len(sequences))
    pairs = [_pair_products(words.roots(offsets)) for offsets in PAIRS]
    triplets = [_triplet_products(words.roots(offsets)) for offsets in TRIPLETS]
    return np.hstack([_scale(pairs, PAIR_LENGTH), _scale(triplets, TRIPLET_LENGTH)])


class Words:
    """Count words of sequences, in memory that all counts share.

    Args:
        codes: residues of all sequences, each sequence followed by a gap; 20 is any other letter.
        owners: the sequence of each word, by the position of its first residue.
        count: number of sequences.
    """

    def __init__(self, codes: Integers, owners: Integers, count: int) -> None:
        self._codes, self._owners, self._count = codes, owners, count
        self._memory = np.empty(count * (20**3 + 1), dtype=np.float32)

    def roots(self, offsets: tuple[int, ...]) -> Floats:
        """Return square roots of word frequencies, shape (n, 20 ** residues), until the next call.

        Memory that is allocated anew for each count costs more time than the counts.
        """
        words = 20 ** len(offsets)
        counts = self._memory[: self._count * (words + 1)]
        counts.fill(0)
        np.add.at(counts, self._numbers(offsets) + self._owners * (words + 1), np.float32(1))
        roots = counts.reshape(self._count, words + 1)[:, :words]
        totals = roots.sum(axis=1, keepdims=True)
        roots /= np.where(totals > 0, totals, 1)
        return np.sqrt(roots, out=roots)

    def _numbers(self, offsets: tuple[int, ...]) -> Integers:
        """Return the number of each word; words with another letter get the one after the last."""
        words, n = 20 ** len(offsets), len(self._owners)
        numbers = np.zeros(n, dtype=np.int64)
        for power, offset in enumerate(reversed(offsets)):
            scaled = np.where(self._codes == OTHER, words, self._codes * 20**power)
            numbers += scaled[offset : offset + n]
        np.minimum(numbers, words, out=numbers)
        return numbers


def _pair_products(roots: Floats) -> Floats:
    """Return products of coordinates summed over pairs, shape (n, 128)."""
    kept = _leading(2, PAIR_PRODUCTS)
    right = coordinates(kept.max() + 1)
    # One product of matrices for each sequence: its shape, so its rounding, is always the same.
    first = np.matmul(right.T, roots.reshape(-1, 20, 20))
    return _take(np.matmul(first, right), kept)


def _triplet_products(roots: Floats) -> Floats:
    """Return products of coordinates summed over triplets, shape (n, 320)."""
    kept = _leading(3, TRIPLET_PRODUCTS)
    right = coordinates(kept.max() + 1)
    n, rank = len(roots), right.shape[1]
    first = np.matmul(right.T, roots.reshape(n, 20, 400))
    last = np.matmul(first.reshape(n, rank * 20, 20), right)
    return _take(np.matmul(right.T, last.reshape(n, rank, 20, rank)), kept)


def _take(products: Floats, kept: npt.NDArray[np.intp]) -> Floats:
    """Return products[:, *kept], each row in one piece, so that sums over it add in one order."""
    flat = np.ravel_multi_index(tuple(kept), products.shape[1:])
    taken: Floats = products.reshape(len(products), -1).take(flat, axis=1)
    return taken


def _scale(parts: Sequence[Floats], length: np.float32) -> Floats:
    """Join parts of rows and scale each row to this length; rows of zeros stay."""
    block = np.hstack(parts)
    lengths = np.sqrt(np.square(block).sum(axis=1, keepdims=True))
    block *= length / np.where(lengths > 0, lengths, 1)
    return block


@cache
def _leading(residues: int, count: int) -> npt.NDArray[np.intp]:
    """Return the coordinates with the largest products of eigenvalues, shape (residues, count)."""
    products = values = spectrum()[0]
    for _ in range(residues - 1):
        products = np.multiply.outer(products, values)
    order = np.argsort(-products, axis=None, kind="stable")[:count]
    return np.array(np.unravel_index(np.sort(order), products.shape))
