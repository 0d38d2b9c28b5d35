"""Rows of a matrix as a metric sees them, taken in blocks so that no copy of all is made."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.int64]
Rows = slice | npt.NDArray[np.signedinteger]

#: Rows that are looked at together.
BLOCK = 512
#: The same where each has 128 dimensions: faiss 1.15 multiplies matrices from 128,000 numbers on.
#: Below, it compares pair by pair, which takes up to five times as long.
BLOCK_OF_FEW_DIMENSIONS = 1000
_SEED = 0


@dataclass(frozen=True)
class Points:
    """Points (n, d), float32. For the metric cosine each has the length 1, or 0.

    Euclidean distances of unit vectors rank like cosine distances. Only `manhattan` points are
    compared by sums of absolute differences.
    """

    matrix: Floats
    inverse_norms: Floats | None = None
    manhattan: bool = False

    @classmethod
    def of(cls, matrix: Floats, metric: str) -> "Points":
        """Return points for the metric "euclidean", "cosine" or "manhattan"."""
        matrix = np.asarray(matrix, dtype=np.float32)
        inverse_norms = _inverse_norms(matrix) if metric == "cosine" else None
        return cls(matrix, inverse_norms, metric == "manhattan")

    def __len__(self) -> int:
        return len(self.matrix)

    def take(self, rows: Rows) -> Floats:
        """Return some points; change nothing in what is returned."""
        taken = self.matrix[rows]
        return taken if self.inverse_norms is None else taken * self.inverse_norms[rows, None]

    def only(self, rows: Rows) -> "Points":
        """Return some points as points of their own."""
        return Points(self.take(rows), manhattan=self.manhattan)


def blocks(count: int, rows: int = BLOCK) -> list[slice]:
    """Return slices of so many rows: the same whatever the number of threads."""
    return [slice(start, min(start + rows, count)) for start in range(0, count, rows)]


def drawn(count: int, wanted: int) -> npt.NDArray[np.intp]:
    """Return rows of a sample, in rising order: all of them where no more are there."""
    if count <= wanted:
        return np.arange(count)
    return np.sort(np.random.default_rng(_SEED).choice(count, wanted, replace=False))


def _inverse_norms(matrix: Floats) -> Floats:
    norms = np.concatenate([np.linalg.norm(matrix[rows], axis=1) for rows in blocks(len(matrix))])
    inverse: Floats = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    return inverse
