"""protspace's scores of annotations, without its passes over all proteins.

Values and samples are those of protspace, which sorts all proteins for each annotation and space to
draw a sample: minutes for half a million proteins.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from protspace.stats._sampling import id_seed, sorted_subsample
from protspace.stats.base import DEFAULT_SAMPLE_THRESHOLD, StatContext, StatRow
from protspace.stats.metrics.annotation_validity import AnnotationValidityStatistic

from steps.optional.statistics.clusters import Labels


class Validity(AnnotationValidityStatistic):  # type: ignore[misc]  # protspace is untyped
    """Statistic of protspace's driver; it draws the sample of an annotation once for all spaces."""

    def __init__(self) -> None:
        super().__init__()
        self._ids: list[str] = []
        self._samples: dict[str, Labels] = {}

    def compute(self, ctx: StatContext) -> list[StatRow]:
        """Return rows of each annotation: silhouette, Davies-Bouldin, Calinski-Harabasz."""
        if not ctx.annotations:
            return []
        if ctx.ids != self._ids:
            self._ids, ordered = ctx.ids, sorted(ctx.ids)
            seed, given = ctx.rng_seed, ctx.annotations.items()
            drawn = {name: _sample(ordered, labels, seed) for name, labels in given}
            self._samples = {name: labels for name, labels in drawn.items() if labels}
        chosen = dict(ctx.annotations) | self._samples
        rows: list[StatRow] = super().compute(replace(ctx, annotations=chosen))
        for row in rows:
            row.extra["sampled"] = row.annotation in self._samples
        return rows


def _sample(ordered: Sequence[str], labels: Labels, seed: int) -> Labels | None:
    """Return the labels that protspace samples of sorted identifiers, `None` if all of them."""
    present = [name for name in ordered if name in labels]
    rng = np.random.default_rng(id_seed(seed, present))
    rows = sorted_subsample(len(present), DEFAULT_SAMPLE_THRESHOLD, rng)
    return None if rows is None else {present[row]: labels[present[row]] for row in rows}
