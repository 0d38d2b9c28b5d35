"""How often transferred labels are right: leave-one-out on proteins whose label is known.

Each tested reference gets a label from its nearest other references, as a query would. That is
right where ProtSpace shows the same text as for its own. Shares are by the reliability of the
transferred label and by the distance of the nearest reference, with the number of queries for which
each share holds: where queries are farther away than references are from each other, fewer are
right than among all references.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from steps import cli
from steps.optional.transfer.neighbors import Exact, Floats, Neighbors, Rows
from steps.optional.transfer.origins import Origins
from steps.optional.transfer.prediction import predict

#: References that are tested at most, drawn at random; the seed is that of `sample_of`.
TESTED = 5_000
#: Lower ends of classes of reliability; the sentence of the log is of those from `SURE` on.
_RELIABILITIES = (0.95, 0.9, 0.8, 0.7, 0.6, 0.5, 0.0)
SURE = 0.9
_PARTS = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Outcome:
    """Reliability of each transferred label, and distance of the nearest reference."""

    reliabilities: Exact
    distances: Floats

    def __len__(self) -> int:
        return len(self.distances)


@dataclass(frozen=True)
class Calibration:
    """The test of one annotation.

    Attributes:
        annotation: its name.
        shown: number of the shown text of each reference's label, shape (m,).
        rows: tested references, shape (t,).
        predicted: number of the text that each of these gets.
        tested: their outcome.
        queries: that of the queries.
    """

    annotation: str
    shown: Rows
    rows: Rows
    predicted: Rows
    tested: Outcome
    queries: Outcome

    @property
    def is_right(self) -> npt.NDArray[np.bool_]:
        """Return whether each tested reference gets its own label."""
        right: npt.NDArray[np.bool_] = self.predicted == self.shown[self.rows]
        return right

    def as_dict(self) -> dict[str, Any]:
        """Return the test as JSON-ready values."""
        _, counts = np.unique(self.shown, return_counts=True)
        return {
            "method": "leave-one-out",
            "labelled": len(self.shown),
            "tested": len(self.rows),
            "sampled": len(self.rows) < len(self.shown),
            "right": _share(self.is_right),
            "most_common": round(float(counts.max() / len(self.shown)), 4),
            "labels_of_one": int((counts == 1).sum()),
            "by_reliability": self._by_reliability(),
            "by_distance": self._by_distance(),
        }

    def _by_reliability(self) -> list[dict[str, Any]]:
        edges = np.array(_RELIABILITIES)
        classes = [
            # The first edge that is not above it.
            np.searchsorted(-edges, -each.reliabilities)
            for each in (self.tested, self.queries)
        ]
        return self._classes("at_least", _RELIABILITIES, *classes)

    def _by_distance(self) -> list[dict[str, Any]]:
        edges = np.unique(np.quantile(self.tested.distances, _PARTS).astype(np.float32))
        ends = [*(float(f"{edge:.6g}") for edge in edges), None]
        classes = [np.searchsorted(edges, each.distances) for each in (self.tested, self.queries)]
        return self._classes("up_to", ends, *classes)

    def _classes(
        self, word: str, edges: Sequence[float | None], tested: Rows, queries: Rows
    ) -> list[dict[str, Any]]:
        found = []
        for number, edge in enumerate(edges):
            there, asked = tested == number, queries == number
            count, wanted = int(there.sum()), int(asked.sum())
            if count or wanted:
                right = _share(self.is_right[there]) if count else None
                found.append({word: edge, "tested": count, "right": right, "queries": wanted})
        return found

    def log(self) -> None:
        """Say how many are right, at any reliability and at a high one."""
        among, sure = "", self.tested.reliabilities >= SURE
        if len(self.rows) < len(self.shown):
            among = f" ({len(self.rows):,} tested)"
        known = f"none has a reliability of {SURE} or more"
        if sure.any():
            share = _percent(self.is_right[sure])
            known = f"of {sure.sum():,} with a reliability of {SURE} or more, {share}"
        certain = (self.queries.reliabilities >= SURE).sum()
        cli.log.info(
            f"transfer: of {len(self.shown):,} proteins labelled with '{self.annotation}'{among}, "
            f"{_percent(self.is_right)} get their own label from the others; {known}. Of "
            f"{len(self.queries):,} transferred labels, {certain:,} are that reliable."
        )


def calibrate(origins: Origins, rows: Rows, others: Neighbors, metric: str) -> Calibration:
    """Return the test of a transfer.

    Args:
        origins: the transfer.
        rows: references to test, at least one.
        others: the other references near to these.
        metric: "cosine" or "euclidean".
    """
    lookup = origins.lookup
    _, number = np.unique(lookup.shown, return_inverse=True)
    found = predict(others, lookup.codes, metric)
    return Calibration(
        *(origins.annotation, number[lookup.codes], rows, number[found.codes]),
        Outcome(found.reliabilities, others.distances[:, 0]),
        Outcome(origins.found.reliabilities, origins.near.distances[:, 0]),
    )


def _share(right: npt.NDArray[np.bool_]) -> float:
    return round(float(right.mean()), 4)


def _percent(right: npt.NDArray[np.bool_]) -> str:
    return f"{100 * right.mean():.1f} %"
