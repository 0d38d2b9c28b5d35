"""BLOSUM62 and coordinates of the 20 amino acids by which inner products follow it.

Log-odds of replacements against the background of residues, in half-bits, rounded: Henikoff &
Henikoff, PNAS 89 (1992), doi:10.1073/pnas.89.22.10915.
"""

from functools import cache

import numpy as np
import numpy.typing as npt

#: Rows and columns in the order of `residues.AMINO_ACIDS`.
SCORES = np.fromstring(
    """
 4  0 -2 -1 -2  0 -2 -1 -1 -1 -1 -2 -1 -1 -1  1  0  0 -3 -2
 0  9 -3 -4 -2 -3 -3 -1 -3 -1 -1 -3 -3 -3 -3 -1 -1 -1 -2 -2
-2 -3  6  2 -3 -1 -1 -3 -1 -4 -3  1 -1  0 -2  0 -1 -3 -4 -3
-1 -4  2  5 -3 -2  0 -3  1 -3 -2  0 -1  2  0  0 -1 -2 -3 -2
-2 -2 -3 -3  6 -3 -1  0 -3  0  0 -3 -4 -3 -3 -2 -2 -1  1  3
 0 -3 -1 -2 -3  6 -2 -4 -2 -4 -3  0 -2 -2 -2  0 -2 -3 -2 -3
-2 -3 -1  0 -1 -2  8 -3 -1 -3 -2  1 -2  0  0 -1 -2 -3 -2  2
-1 -1 -3 -3  0 -4 -3  4 -3  2  1 -3 -3 -3 -3 -2 -1  3 -3 -1
-1 -3 -1  1 -3 -2 -1 -3  5 -2 -1  0 -1  1  2  0 -1 -2 -3 -2
-1 -1 -4 -3  0 -4 -3  2 -2  4  2 -3 -3 -2 -2 -2 -1  1 -2 -1
-1 -1 -3 -2  0 -3 -2  1 -1  2  5 -2 -2  0 -1 -1 -1  1 -1 -1
-2 -3  1  0 -3  0  1 -3  0 -3 -2  6 -2  0  0  1  0 -3 -4 -2
-1 -3 -1 -1 -4 -2 -2 -3 -1 -3 -2 -2  7 -1 -2 -1 -1 -2 -4 -3
-1 -3  0  2 -3 -2  0 -3  1 -2  0  0 -1  5  1  0 -1 -2 -2 -1
-1 -3 -2  0 -3 -2  0 -3  2 -2 -1  0 -2  1  5 -1 -1 -3 -3 -2
 1 -1  0  0 -2  0 -1 -2  0 -2 -1  1 -1  0 -1  4  1 -2 -3 -2
 0 -1 -1 -1 -2 -2 -2 -1 -1 -1 -1  0 -1 -1 -1  1  5  0 -2 -2
 0 -1 -3 -2 -1 -3 -3  3 -2  1  1 -3 -2 -2 -3 -2  0  4 -3 -1
-3 -2 -4 -3  1 -2 -2 -3 -3 -2 -1 -4 -4 -2 -3 -3 -2 -3 11  2
-2 -2 -3 -2  3 -3  2 -1 -2 -1 -1 -2 -3 -1 -2 -2 -2 -1  2  7
""",
    dtype=np.float64,
    sep=" ",
).reshape(20, 20)


@cache
def spectrum() -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return positive eigenvalues, shape (19,), largest first, and eigenvectors, shape (20, 19).

    They are rounded, and each eigenvector points to where its largest entry is positive, so that
    they do not depend on the linear algebra library.
    """
    values, vectors = np.linalg.eigh(SCORES)
    values, vectors = values[::-1], vectors[:, ::-1]
    largest = np.abs(vectors).argmax(axis=0)
    vectors = vectors * np.sign(vectors[largest, np.arange(20)])
    positive = values > 0
    return values[positive].round(6), vectors[:, positive].round(6)


@cache
def coordinates(rank: int) -> npt.NDArray[np.float32]:
    """Return the leading coordinates of the residues, shape (20, rank).

    Inner products of all 19 are the square root of the positive part of BLOSUM62.
    """
    values, vectors = spectrum()
    return np.ascontiguousarray((vectors * values**0.25)[:, :rank], dtype=np.float32)
