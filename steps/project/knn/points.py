"""Rows of a matrix as a metric sees them, taken in blocks so that no copy of all is made."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Rows = slice | npt.NDArray[np.signedinteger]

#: Rows that are looked at together.
BLOCK = 512
_SEED = 0


@dataclass(frozen=True)
class Points:
    """Points (n, d), float32. For the metric cosine each has the length 1, or 0.

    Euclidean distances of unit vectors rank like cosine distances.
    """

    matrix: Floats
    inverse_norms: Floats | None = None

    @classmethod
    def of(cls, matrix: Floats, metric: str) -> "Points":
        """Return points for the metric "euclidean" or "cosine"."""
        matrix = np.asarray(matrix, dtype=np.float32)
        return cls(matrix, _inverse_norms(matrix) if metric == "cosine" else None)

    def __len__(self) -> int:
        return len(self.matrix)

    def take(self, rows: Rows) -> Floats:
        """Return some points; change nothing in what is returned."""
        taken = self.matrix[rows]
        return taken if self.inverse_norms is None else taken * self.inverse_norms[rows, None]

    def only(self, rows: Rows) -> "Points":
        """Return some points as points of their own."""
        return Points(self.take(rows))


def blocks(count: int) -> list[slice]:
    """Return slices of `BLOCK` rows: the same whatever the number of threads."""
    return [slice(start, min(start + BLOCK, count)) for start in range(0, count, BLOCK)]


def drawn(count: int, wanted: int) -> npt.NDArray[np.intp]:
    """Return rows of a sample, in rising order: all of them where no more are there."""
    if count <= wanted:
        return np.arange(count)
    return np.sort(np.random.default_rng(_SEED).choice(count, wanted, replace=False))


def _inverse_norms(matrix: Floats) -> Floats:
    norms = np.concatenate([np.linalg.norm(matrix[rows], axis=1) for rows in blocks(len(matrix))])
    inverse: Floats = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)
    return inverse
