"""References that have a value of an annotation: what labels are transferred from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from protspace.data.annotations.encoding import to_display_value

from steps.optional.transfer.neighbors import Floats, Neighbors, Rows, Searched
from steps.optional.transfer.proteins import Proteins


@dataclass(frozen=True)
class Lookup:
    """Labelled references.

    Attributes:
        names: their identifiers.
        texts: labels, sorted.
        codes: number of each reference's label among these, shape (m,).
        points: embeddings, float32, shape (m, d).
        source: name of the file of references; empty where they are proteins of the input.
    """

    names: Sequence[str]
    texts: Sequence[str]
    codes: Rows
    points: Floats
    source: str = ""

    @classmethod
    def of(cls, references: Proteins, name: str) -> "Lookup":
        """Return the references that have a value of an annotation."""
        rows, labels = references.labelled(name)
        names = references.identifiers
        points = references.matrix[references.place[rows]]
        codes = labels.codes[rows]
        return cls([names[row] for row in rows], labels.texts, codes, points, references.source)

    def __len__(self) -> int:
        return len(self.names)

    @property
    def shown(self) -> list[str]:
        """Return the text of each label as ProtSpace shows it, without scores and evidence."""
        return [to_display_value(text, decode=True) for text in self.texts]

    def search(
        self, queries: Proteins, rows: Rows, tested: Rows, k: int, metric: str, threads: int
    ) -> tuple[Neighbors, Neighbors]:
        """Return the nearest references of some queries, and the other ones of those tested.

        One search for both, as what it costs to prepare is that of many queries.
        """
        end = len(rows)
        points = np.empty((end + len(tested), self.points.shape[1]), dtype=np.float32)
        # Written at once: the queries may be half a million.
        np.take(queries.matrix, queries.place[rows], axis=0, out=points[:end], mode="clip")
        points[end:] = self.points[tested]
        order = np.argsort(np.argsort(np.array(self.names), kind="stable"), kind="stable")
        return Searched(self.points, order, metric, threads).nearest(points, k, tested)
