"""Place points on a map by PCA: by the components that made it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from steps.project.knn.points import blocks

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Components:
    """The linear map of a PCA: `axes`, shape (d, 2), and what is subtracted, shape (2,)."""

    axes: Doubles
    offset: Doubles

    @classmethod
    def of(cls, data: Floats, coordinates: Floats) -> Self:
        """Return the components by which a PCA made `coordinates` of the same proteins' `data`.

        Coordinates by two components are uncorrelated, so each axis is a mean of embeddings,
        weighted by its coordinate.

        Args:
            data: float32, shape (n, d).
            coordinates: float32, shape (n, 2).
        """
        centred = coordinates.astype(np.float64) - coordinates.mean(axis=0, dtype=np.float64)
        axes = np.zeros((data.shape[1], 2))
        for rows in blocks(len(data)):
            axes += data[rows].T.astype(np.float64) @ centred[rows]
        squares = np.square(centred).sum(axis=0)
        axes = np.divide(axes, squares, out=np.zeros_like(axes), where=squares > 0)
        mean = data.mean(axis=0, dtype=np.float64)
        return cls(axes, mean @ axes - coordinates.mean(axis=0, dtype=np.float64))

    def place(self, data: Floats) -> Floats:
        """Return coordinates, float32, shape (n, 2), of embeddings, shape (n, d)."""
        # In float64: the digits of float32 would depend on how many rows are multiplied.
        placed = np.empty((len(data), 2), dtype=np.float32)
        for rows in blocks(len(data)):
            placed[rows] = data[rows].astype(np.float64) @ self.axes - self.offset
        return placed

    def to_text(self) -> str:
        """Return them as text of a projection's metadata; `from_text` reads it."""
        from base64 import b64encode

        return b64encode(np.vstack([self.axes, self.offset]).astype("<f4").tobytes()).decode()

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Return the components of such a text."""
        from base64 import b64decode

        numbers = np.frombuffer(b64decode(text), "<f4").reshape(-1, 2).astype(np.float64)
        return cls(numbers[:-1], numbers[-1])
