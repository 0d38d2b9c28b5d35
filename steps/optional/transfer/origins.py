"""Write where transferred labels come from: the table of `protspace transfer --report`."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protspace.data.annotations.encoding import to_display_value
from protspace.data.io.predictions import CUTOFF_REPORT_COLUMNS, REPORT_COLUMNS

from steps.files import replacing
from steps.optional.transfer.prediction import Neighbors, Predictions, Rows

#: Queries that become rows of text together.
_BLOCK = 10_000


@dataclass(frozen=True)
class Origins:
    """The transfer of one annotation; labels, identifiers and `codes` are those of references."""

    annotation: str
    queries: Sequence[str]
    references: Sequence[str]
    texts: Sequence[str]
    codes: Rows
    near: Neighbors
    found: Predictions
    limit: float | None = None

    def lines(self) -> Iterator[tuple[Any, ...]]:
        """Return a row for each query and neighbour, numbers with six digits."""
        shown = [to_display_value(text, decode=True) for text in self.texts]
        for start in range(0, len(self.queries), _BLOCK):
            rows = slice(start, start + _BLOCK)
            near, found = self.near, self.found
            parts = [part[rows].tolist() for part in (near.rows, near.distances)]
            parts += [part[rows].tolist() for part in (found.codes, found.reliabilities)]
            several = zip(self.queries[rows], *parts, found.places[rows].tolist(), strict=True)
            for query, nearest, distances, code, reliability, place in several:
                label, source = shown[code], self.references[nearest[place]]
                numbers = f"{distances[place]:.6g}", f"{reliability:.6g}"
                for rank, (row, distance) in enumerate(zip(nearest, distances, strict=True), 1):
                    reference = (self.references[row], shown[self.codes[row]], f"{distance:.6g}")
                    line = (self.annotation, query, label, source, *numbers, rank, *reference)
                    yield (*line, *_cutoff(distances[0], self.limit))


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
        writer.writerow((*REPORT_COLUMNS, *(CUTOFF_REPORT_COLUMNS if limited else ())))
        for each in origins:
            writer.writerows(each.lines())
