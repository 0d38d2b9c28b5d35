"""Find the neighbours of new points among those of a map, large maps through cells kept beside."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from steps.project.knn.points import Floats, Points, drawn
from steps.project.knn.search import EXACT, Neighbors, nearest_references
from steps.project.placing.kept import say_not_kept

if TYPE_CHECKING:
    from steps.project.placing.index import Index

#: Cells are made for at least so many neighbours, so that steps that need fewer use the same.
_NEIGHBORS = 30
_MARKED = 100


@dataclass(frozen=True)
class Search:
    """Search neighbours among the points of a map.

    Attributes:
        prefix: how names of files begin in which cells are kept; none to keep none.
    """

    prefix: Path | None = None

    def file(self, old: Floats, ending: str) -> Path | None:
        """Return the file in which something is kept of a map that is large, if anything is."""
        return Path(f"{self.prefix}.{ending}") if self.prefix and len(old) > EXACT else None

    def nearest(self, new: Floats, old: Floats, k: int, metric: str, threads: int) -> Neighbors:
        """Return the `k` nearest points of the map to each new one, nearest first.

        Args:
            new: float32, shape (n, d).
            old: float32, shape (m, d).
            k: at most m.
            metric: "euclidean", "cosine" or "manhattan".
            threads: at most so many; the result does not depend on it.
        """
        if len(old) <= EXACT:
            return nearest_references(new, old, k, metric, threads)
        # This needs Numba and scikit-learn, which few points do without.
        from steps.project.placing.index import Index

        of, path = mark(old, metric), Path(f"{self.prefix}.{metric}.npz")
        index = Index.load(path, of, k) if self.prefix else None
        if index is None:
            index = Index.of(Points.of(old, metric), max(k, _NEIGHBORS), threads)
            if self.prefix:
                _keep(index, path, of)
        return index.nearest(new, old, k, metric, threads)


def mark(old: Floats, metric: str) -> str:
    """Return what tells these embeddings from others: metric, shape, digest of some rows."""
    rows = np.ascontiguousarray(old[drawn(len(old), _MARKED)], dtype="<f4")
    return f"{metric} {old.shape} {hashlib.sha256(rows).hexdigest()}"


def _keep(index: "Index", path: Path, of: str) -> None:
    try:
        index.save(path, of)
    except OSError as fault:
        say_not_kept(path, fault)
