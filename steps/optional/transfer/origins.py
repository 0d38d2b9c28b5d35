"""Write where transferred labels come from: the table of `protspace transfer --report`."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from protspace.data.io.predictions import CUTOFF_REPORT_COLUMNS, REPORT_COLUMNS

from steps.files import replacing
from steps.optional.transfer.lookup import Lookup
from steps.optional.transfer.neighbors import Neighbors
from steps.optional.transfer.prediction import Predictions

#: Queries that become rows of text together.
_BLOCK = 10_000


#: Column with the file of references, which are not in the bundle.
SET_COLUMN = "reference_set"


@dataclass(frozen=True)
class Origins:
    """The transfer of one annotation; `queries` are identifiers.

    `near` has the neighbours of each query among `lookup`, `found` the label that they give it.
    """

    annotation: str
    queries: Sequence[str]
    lookup: Lookup
    near: Neighbors
    found: Predictions
    limit: float | None = None

    @property
    def is_distant(self) -> npt.NDArray[np.bool_]:
        """Return whether the nearest reference of each query is beyond the limit."""
        nearest = self.near.distances[:, 0].astype(np.float64)
        return nearest > (np.inf if self.limit is None else self.limit)

    def lines(self) -> Iterator[tuple[Any, ...]]:
        """Return a row for each query and neighbour, numbers with six digits."""
        shown, names, codes = self.lookup.shown, self.lookup.names, self.lookup.codes
        origin = (self.lookup.source,) if self.lookup.source else ()
        for start in range(0, len(self.queries), _BLOCK):
            rows = slice(start, start + _BLOCK)
            near, found = self.near, self.found
            parts = [part[rows].tolist() for part in (near.rows, near.distances)]
            parts += [part[rows].tolist() for part in (found.codes, found.reliabilities)]
            several = zip(self.queries[rows], *parts, found.places[rows].tolist(), strict=True)
            for query, nearest, distances, code, reliability, place in several:
                label, source = shown[code], names[nearest[place]]
                numbers = f"{distances[place]:.6g}", f"{reliability:.6g}"
                for rank, (row, distance) in enumerate(zip(nearest, distances, strict=True), 1):
                    reference = (names[row], shown[codes[row]], f"{distance:.6g}")
                    line = (self.annotation, query, label, source, *numbers, rank, *reference)
                    yield (*line, *_cutoff(distances[0], self.limit), *origin)


def _cutoff(distance: float, limit: float | None) -> tuple[str, ...]:
    return () if limit is None else (neighborhood(distance, limit), f"{limit:.6g}")


def neighborhood(distance: float, limit: float) -> str:
    """Return protspace's word for a nearest reference within the limit, or beyond."""
    return "near" if distance <= limit else "distant"


def write_origins(path: Path, origins: Sequence[Origins]) -> None:
    """Write a tab-separated table."""
    limited = any(each.limit is not None for each in origins)
    with replacing(path) as staged, staged.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter="\t", lineterminator="\n")
        more = (SET_COLUMN,) if any(each.lookup.source for each in origins) else ()
        writer.writerow((*REPORT_COLUMNS, *(CUTOFF_REPORT_COLUMNS if limited else ()), *more))
        for each in origins:
            writer.writerows(each.lines())
