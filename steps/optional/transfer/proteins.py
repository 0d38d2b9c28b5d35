"""Proteins between which labels are transferred: annotations and embeddings of those chosen."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from steps.optional.transfer.labels import Labels
from steps.optional.transfer.neighbors import Floats, Rows

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Proteins:
    """Proteins, one for each row of `annotations`.

    Attributes:
        annotations: column `protein_id`, and those of the annotations.
        place: row of each protein in `matrix`, -1 where it has none.
        matrix: embeddings, float32, shape (m, d).
        chosen: which of them take part.
        source: name of the file of references that they are from; empty for those of the input.
    """

    annotations: pa.Table
    place: Rows
    matrix: Floats
    chosen: Mask
    source: str = ""

    @classmethod
    def of(cls, annotations: pa.Table, names: Sequence[str], matrix: Floats) -> Self:
        """Return proteins that all take part; `names` are the identifiers of the embeddings."""
        row = {name: at for at, name in enumerate(names)}
        place = np.array([row.get(it, -1) for it in annotations["protein_id"].to_pylist()], np.intp)
        return cls(annotations, place, matrix, np.ones(len(place), dtype=bool))

    def among(self, names: Sequence[str]) -> Self:
        """Return the same proteins, of which only those of these names take part."""
        named = np.isin(self.identifiers, list(names))
        return replace(self, chosen=self.chosen & named)

    @property
    def identifiers(self) -> list[str]:
        """Return the identifiers of all of them."""
        names: list[str] = self.annotations["protein_id"].to_pylist()
        return names

    @property
    def names(self) -> list[str]:
        """Return the names of the annotations."""
        names: list[str] = self.annotations.column_names[1:]
        return names

    def labelled(self, name: str) -> tuple[Rows, Labels]:
        """Return the rows of those that take part and have a value, and the labels of all."""
        labels = Labels.of(self.annotations[name])
        return np.flatnonzero(self._usable & (labels.codes >= 0)), labels

    def lacking(self, name: str) -> Rows:
        """Return the rows of those that take part and have no value, or all have none."""
        if name not in self.names:
            return np.flatnonzero(self._usable)
        return np.flatnonzero(self._usable & (Labels.of(self.annotations[name]).codes < 0))

    @property
    def _usable(self) -> Mask:
        usable: Mask = self.chosen & (self.place >= 0)
        return usable
