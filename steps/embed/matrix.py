"""The embeddings of distinct sequences, in one matrix from the start: no second copy of all."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from steps.cache.entries import Embedding


class Matrix:
    """Rows that are filled as embeddings arrive.

    Attributes:
        dimensions: numbers of each embedding; None until the first ones arrive.
    """

    def __init__(self, digests: Iterable[bytes], dimensions: int | None) -> None:
        self._rows = {digest: row for row, digest in enumerate(digests)}
        self._there = np.zeros(len(self._rows), dtype=bool)
        self._values: Embedding | None = None
        self.dimensions = dimensions

    def missing(self) -> list[bytes]:
        """Return the digests of rows that are not filled, in their order."""
        return [digest for digest, row in self._rows.items() if not self._there[row]]

    def usable(
        self, digests: Sequence[bytes], found: "Iterable[Embedding]"
    ) -> "dict[bytes, Embedding]":
        """Return the embeddings that are finite and have the embedder's, or the usual, length."""
        embeddings = list(found)
        lengths = Counter(map(len, embeddings))
        self.dimensions = self.dimensions or max(lengths, key=lambda n: lengths[n], default=None)
        return {
            digest: embedding
            for digest, embedding in zip(digests, embeddings, strict=True)
            if len(embedding) == self.dimensions and np.isfinite(embedding).all()
        }

    def add(self, usable: "Mapping[bytes, Embedding]") -> None:
        """Fill the rows of these digests."""
        for digest, embedding in usable.items():
            row = self._rows[digest]
            self.values()[row], self._there[row] = embedding, True

    def values(self) -> "Embedding":
        """Return the rows: float32, shape (n, dimensions), once one of them is filled."""
        if self._values is None:
            self._values = np.empty((len(self._rows), self.dimensions or 0), np.float32)
        return self._values
