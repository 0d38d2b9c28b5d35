"""Cells of the points of a large map, kept beside it: neighbours of new points are found in them.

Up to `EXACT` points are all compared. Cells, and how many of them a search looks into, depend on
the map alone, so that a new protein has the same neighbours in any company.
"""

import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np

from steps.files import replacing
from steps.project.knn import exact, probing
from steps.project.knn.cells import Cells
from steps.project.knn.points import Floats, Points, drawn
from steps.project.knn.search import MOST, Neighbors, cell_count, compared, finished, needed_probes
from steps.project.knn.space import Space

_SAMPLE = 2000


@dataclass(frozen=True)
class Index:
    """Cells of the points of a map, and how many of them are looked into for `k` neighbours.

    `inverse_norms` are those of `Points`, for the metric cosine.
    """

    cells: Cells
    probes: int
    k: int
    recall: float
    inverse_norms: Floats | None = None

    @classmethod
    def of(cls, points: Points, k: int, threads: int) -> Self:
        """Divide points into cells; a sample of them says how many have to be looked into."""
        cells = Cells.of(points, cell_count(len(points)), threads)
        rows = drawn(len(points), _SAMPLE)
        sample = points.only(rows)
        truth = compared(sample, points, k + 1, cells, threads)
        # All but the point itself, or any one where twins are before it.
        itself = truth == rows[:, None]
        itself[~itself.any(axis=1), -1] = True
        truth = truth[~itself].reshape(len(rows), k)
        probes = needed_probes(cells, sample, truth, threads)
        found = probing.nearest(sample, points, k + 1, cells, probes, threads)
        recall = float((truth[:, :, None] == found[:, None, :]).any(axis=2).mean())
        return cls(cells, probes, k, recall, points.inverse_norms)

    def nearest(self, new: Floats, old: Floats, k: int, metric: str, threads: int) -> Neighbors:
        """Return the `k` nearest points of the map to each new one, at most `self.k`."""
        queries = Points.of(new, metric)
        points = Points(np.asarray(old), self.inverse_norms, metric == "manhattan")
        if self.probes > MOST * len(self.cells):
            found = exact.nearest(queries, points, k, threads)
            return finished(queries, points, found, metric, threads)
        found = probing.nearest(queries, points, k, self.cells, self.probes, threads)
        few = np.flatnonzero((found < 0).any(axis=1))
        if len(few):
            found[few] = exact.nearest(queries.only(few), points, k, threads)
        near = finished(queries, points, found, metric, threads)
        how = (self.recall, len(self.cells), self.probes)
        return Neighbors(near.indices, near.distances, *how)

    def save(self, path: Path, mark: str) -> None:
        """Write a file for `load`; `mark` names the embeddings that the cells are of."""
        cells, norms = self.cells, self.inverse_norms
        arrays: dict[str, Any] = {
            "mark": np.array(mark),
            "numbers": np.array([self.probes, self.k, self.recall]),
            "centre": cells.space.centre,
            "basis": cells.space.basis,
            "centres": cells.centres,
            "members": cells.members,
            "bounds": cells.bounds,
            "inverse_norms": np.empty(0, np.float32) if norms is None else norms,
        }
        with replacing(path) as staged, staged.open("wb") as file:
            np.savez(file, **arrays)

    @classmethod
    def load(cls, path: Path, mark: str, k: int) -> Self | None:
        """Return what `save` wrote of the same embeddings, for at least `k` neighbours, if any."""
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                if str(file["mark"]) != mark or file["numbers"][1] < k:
                    return None
                probes, most, recall = file["numbers"].tolist()
                space, norms = Space(file["centre"], file["basis"]), file["inverse_norms"]
                parts = (file["centres"], file["members"], file["bounds"])
        except (OSError, EOFError, ValueError, KeyError, zipfile.BadZipFile):
            return None
        cells = Cells(space, *parts, around=np.empty((0, 0), np.int32))
        return cls(cells, int(probes), int(most), recall, norms if len(norms) else None)
