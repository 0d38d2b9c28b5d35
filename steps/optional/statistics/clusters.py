"""protspace's k-means clusters, compared with annotations by numbers instead of texts.

Values are those of protspace, which pairs the texts of all proteins for each annotation and
clustering: minutes for half a million proteins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from protspace.stats.base import AnnotationColumn, StatContext, StatRow
from protspace.stats.metrics.validity import ClusterValidityStatistic

type Labels = Mapping[str, str]
#: A number for each protein, -1 for none.
type Codes = NDArray[np.int32]


class KMeans(ClusterValidityStatistic):  # type: ignore[misc]  # protspace is untyped
    """Statistic of protspace's driver: clusters, their number and scores, and agreement."""

    def __init__(self, comparison: "Comparison") -> None:
        self._comparison = comparison

    def _emit_labeling(
        self,
        ctx: StatContext,
        X: NDArray[Any],
        n: int,
        res: Any,  # noqa: ANN401  (protspace's)
        labeling: Any,  # noqa: ANN401
    ) -> list[StatRow | AnnotationColumn]:
        """Return what protspace returns for one choice of K, called for each."""
        alone = replace(ctx, annotations=None)
        found = super()._emit_labeling(alone, X, n, res, labeling)
        clusters = np.asarray(labeling.labels, dtype=np.int32)
        return [*found, *self._comparison.rows(ctx, clusters, labeling.label_kind)]


class Comparison:
    """Compare clusters with each annotation; keeps the numbers of the last proteins' labels."""

    def __init__(self) -> None:
        self._ids: list[str] = []
        self._codes: dict[str, Codes] = {}

    def rows(self, ctx: StatContext, clusters: Codes, label_kind: str) -> list[StatRow]:
        """Return adjusted Rand index and normalized mutual information of each annotation.

        Args:
            clusters: the cluster of each protein; those without one are left out.
            label_kind: how the clusters were found.
        """
        if ctx.annotations and ctx.ids != self._ids:
            self._ids = ctx.ids
            self._codes = {name: codes(ctx.ids, it) for name, it in ctx.annotations.items()}
        given = ((name, self._codes[name]) for name in ctx.annotations or {})
        rows = (_agreement(ctx, name, labels, clusters, label_kind) for name, labels in given)
        return [row for some in rows for row in some]


def codes(ids: Sequence[str], labels: Labels) -> Codes:
    """Return the number of each protein's label among the sorted ones, -1 without a label."""
    number: dict[str | None, int] = {None: -1}
    number |= {label: at for at, label in enumerate(sorted(set(labels.values())))}
    return np.fromiter(map(number.__getitem__, map(labels.get, ids)), np.int32, len(ids))


def _agreement(
    ctx: StatContext, name: str, labels: Codes, clusters: Codes, label_kind: str
) -> list[StatRow]:
    from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score

    known = (labels >= 0) & (clusters >= 0)
    pair = labels[known], clusters[known]
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
            label_kind=label_kind,
            metric=metric,
            metric_kind="agreement",
            value=float(value),
            extra={"seed": ctx.rng_seed, "n_labels": len(pair[0])},
        )
        for metric, value in scores.items()
    ]
