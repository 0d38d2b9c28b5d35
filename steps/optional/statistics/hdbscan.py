"""Find clusters as dense regions of a projection (HDBSCAN), and name them.

Campello, Moulavi & Sander 2013 (doi:10.1007/978-3-642-37456-2_14), by fast_hdbscan: all proteins,
half a million in half a minute. scikit-learn's takes time by the square of their number.
"""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from protspace.stats.base import CLUSTER_COLUMN_PREFIX, AnnotationColumn, StatContext, StatRow
from protspace.stats.metrics.annotation_validity import AnnotationValidityStatistic

from steps import cli
from steps.optional.statistics.clusters import Codes, Comparison
from steps.optional.statistics.names import Name, cluster_names
from steps.optional.statistics.values import Naming

KIND = "hdbscan"
_SMALLEST, _MOST_SAMPLES = 5, 10


class Hdbscan:
    """Statistic of protspace's driver: named clusters, their number, scores, and agreement."""

    family = "cluster_validity"
    requires_embedding = False
    # Distances in hundreds of dimensions are too alike for densities.
    embedding_space = False

    def __init__(self, smallest: int | None, naming: Naming, comparison: Comparison) -> None:
        """Take the least number of proteins in a cluster, and what may name clusters.

        Args:
            smallest: `None` for half the square root of their number, 5 at least.
            naming: what may name clusters.
            comparison: compares the clusters with annotations.
        """
        self._smallest, self._naming, self._comparison = smallest, naming, comparison

    def compute(self, ctx: StatContext) -> list[StatRow | AnnotationColumn]:
        """Return the number of clusters and noise, a column of clusters, and their scores."""
        count = len(ctx.ids)
        smallest = self._smallest or max(_SMALLEST, round(np.sqrt(count) / 2))
        clusters = find_clusters(ctx.coords, ctx.ids, smallest)
        names = cluster_names(self._naming.in_order(ctx.ids, clusters), self._naming.values)
        texts = shown(clusters, names)
        notes = {
            "min_cluster_size": smallest,
            "min_samples": min(smallest, _MOST_SAMPLES),
            "noise": round(float((clusters < 0).mean()), 4) if count else 0.0,
            "names": {texts[cluster]: asdict(name) for cluster, name in names.items()},
        }
        number = _row(ctx, len(texts), notes)
        if not texts:
            cli.log.warning(
                f"statistics: {ctx.space_name} has no two dense regions of {smallest} proteins or "
                "more, so no clusters by hdbscan. A smaller min_cluster_size may find some."
            )
            return [number]
        members = zip(ctx.ids, clusters.tolist(), strict=True)
        labels = {name: texts[cluster] for name, cluster in members if cluster >= 0}
        column = f"{CLUSTER_COLUMN_PREFIX}{KIND}_{ctx.space_name}"
        scores = AnnotationValidityStatistic(label_kind=KIND)
        return [
            number,
            AnnotationColumn(column, "categorical", labels, {"projection": ctx.space_name}),
            *scores.compute(replace(ctx, annotations={column: labels})),
            *self._comparison.rows(ctx, clusters, KIND),
        ]


def find_clusters(points: NDArray[Any], ids: Sequence[str], smallest: int) -> Codes:
    """Return the cluster of each point, the largest first from 0 on, -1 for noise.

    Args:
        points: shape (n, 2).
        ids: their names; the clusters do not depend on the order of the points.
        smallest: least number of points in a cluster.
    """
    clusters = np.full(len(points), -1, dtype=np.int32)
    if len(points) < 2 * smallest:
        return clusters
    order = np.argsort(np.asarray(ids), kind="stable")
    clusters[order] = _by_size(_fit(np.asarray(points, dtype=np.float64)[order], smallest))
    return clusters


def _fit(points: NDArray[np.float64], smallest: int) -> Codes:
    import numba
    from fast_hdbscan import HDBSCAN

    before = numba.get_num_threads()
    # How many there are decides on ties.
    numba.set_num_threads(1)
    try:
        model = HDBSCAN(min_cluster_size=smallest, min_samples=min(smallest, _MOST_SAMPLES))
        return np.asarray(model.fit_predict(points), dtype=np.int32)
    finally:
        numba.set_num_threads(before)


def _by_size(clusters: Codes) -> Codes:
    """Return the clusters numbered by size, those of equal size by their first point."""
    kinds, first, sizes = np.unique(clusters, return_index=True, return_counts=True)
    order = np.lexsort((first, -sizes))
    ranked = kinds[order][kinds[order] >= 0]
    number = np.full(len(kinds) + 1, -1, dtype=np.int32)
    number[ranked] = np.arange(len(ranked))
    return number[clusters]


def shown(clusters: Codes, names: dict[int, Name]) -> list[str]:
    """Return the text of each cluster: its name, or its number; no two are the same."""
    texts = []
    for cluster in range(clusters.max(initial=-1) + 1):
        text = names[cluster].text if cluster in names else f"cluster {cluster}"
        texts.append(f"{text}, cluster {cluster}" if text in texts else text)
    return texts


def _row(ctx: StatContext, count: int, notes: dict[str, Any]) -> StatRow:
    return StatRow(
        space_kind=ctx.space_kind,
        space_name=ctx.space_name,
        annotation="",
        stat_family=Hdbscan.family,
        label_kind=KIND,
        metric="n_clusters",
        metric_kind="meta",
        value=float(count),
        extra=notes,
    )
