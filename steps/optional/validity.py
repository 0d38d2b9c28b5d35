"""protspace's scores of annotations and clusters, without its passes over all proteins.

Values and samples are those of protspace. It sorts all proteins for each annotation and space to
draw a sample, and compares annotations with clusters as text: minutes for half a million proteins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from protspace.stats._sampling import id_seed, sorted_subsample
from protspace.stats.base import (
    DEFAULT_SAMPLE_THRESHOLD,
    AnnotationColumn,
    StatContext,
    StatRow,
)
from protspace.stats.metrics.annotation_validity import AnnotationValidityStatistic
from protspace.stats.metrics.validity import ClusterValidityStatistic

type Labels = Mapping[str, str]
type Codes = NDArray[np.int32]


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


class Clusters(ClusterValidityStatistic):  # type: ignore[misc]  # protspace is untyped
    """Statistic of protspace's driver; it compares clusters with annotations by numbers."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._codes: dict[str, Codes] = {}

    def compute(self, ctx: StatContext) -> list[StatRow | AnnotationColumn]:
        """Return clusters, their number and scores, and their agreement with each annotation."""
        found: list[StatRow | AnnotationColumn] = super().compute(replace(ctx, annotations=None))
        if not found or not ctx.annotations:
            return found
        if ctx.ids != self._ids:
            self._ids = ctx.ids
            self._codes = {name: _codes(ctx.ids, it) for name, it in ctx.annotations.items()}
        clusters = _clusters(found, len(ctx.ids))
        agreements = (_agreement(ctx, *each, clusters) for each in self._codes.items())
        return [*found, *(row for rows in agreements for row in rows)]


def _clusters(found: Sequence[StatRow | AnnotationColumn], count: int) -> Codes:
    """Return the number of each protein's cluster; there is no column of a single one."""
    for column in found:
        if isinstance(column, AnnotationColumn):
            names = set(column.values.values())
            number = {name: int(name.rpartition(" ")[2]) for name in names}
            numbers = map(number.__getitem__, column.values.values())
            return np.fromiter(numbers, np.int32, count)
    return np.zeros(count, dtype=np.int32)


def _agreement(ctx: StatContext, name: str, codes: Codes, clusters: Codes) -> list[StatRow]:
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    pair = codes[codes >= 0], clusters[codes >= 0]
    if len(pair[0]) < 3 or len(np.unique(pair[0])) < 2:
        return []
    scores = {
        "adjusted_rand": adjusted_rand_score(*pair),
        "normalized_mutual_info": normalized_mutual_info_score(*pair),
    }
    return [
        StatRow(
            space_kind=ctx.space_kind,
            space_name=ctx.space_name,
            annotation=name,
            stat_family="cluster_agreement",
            label_kind="kmeans_elbow",
            metric=metric,
            metric_kind="agreement",
            value=float(value),
            extra={"seed": ctx.rng_seed, "n_labels": len(pair[0])},
        )
        for metric, value in scores.items()
    ]


def _codes(ids: Sequence[str], labels: Labels) -> Codes:
    """Return the number of each protein's label among the sorted ones, -1 without a label."""
    number: dict[str | None, int] = {None: -1}
    number |= {label: at for at, label in enumerate(sorted(set(labels.values())))}
    return np.fromiter(map(number.__getitem__, map(labels.get, ids)), np.int32, len(ids))
