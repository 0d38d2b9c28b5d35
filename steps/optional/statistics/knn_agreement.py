"""Score how often nearest neighbours have the same label, and how often they would by chance.

The share of a protein's nearest neighbours that have its label, averaged over proteins, is the
neighbourhood hit of Paulovich et al. 2008 (doi:10.1109/TVCG.2007.70443). Its null distribution is
that of labels which are permuted among the proteins that have one.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from protspace.stats._sampling import canonical_order, sorted_subsample
from protspace.stats.base import StatContext, StatRow

from steps.optional.statistics.clusters import Codes, codes
from steps.project.knn.search import nearest_neighbors

#: Proteins whose neighbours are compared; of more, a sample and neighbours within it.
SAMPLE = 10_000
_NEIGHBOURS = 10
PERMUTATIONS = 200

type Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Pairs:
    """Pairs of neighbours that both have a label, and the weight of each.

    A protein's pairs weigh the same together, whatever their number.
    """

    one: Rows
    other: Rows
    weights: NDArray[np.float64]
    proteins: int

    @classmethod
    def of(cls, labels: Codes, neighbours: Rows) -> "Pairs":
        """Return the pairs of proteins (n,) with their neighbours (n, k)."""
        known = (labels >= 0)[:, None] & (labels[neighbours] >= 0)
        counts = known.sum(axis=1)
        scored = int((counts > 0).sum())
        weights = np.repeat(1 / (np.maximum(counts, 1) * max(scored, 1)), counts)
        return cls(np.repeat(np.arange(len(labels)), counts), neighbours[known], weights, scored)

    def agreement(self, labels: Codes) -> float:
        """Return the share of neighbours with the same label, averaged over proteins."""
        return float(self.weights[labels[self.one] == labels[self.other]].sum())


class KnnAgreement:
    """Statistic of protspace's driver; neighbours are searched once for each space."""

    family = "annotation_validity"
    requires_embedding = False
    embedding_space = True

    def __init__(self, metric: str) -> None:
        """`metric` is that of the embeddings; distances in a projection are Euclidean."""
        self._metric = metric

    def compute(self, ctx: StatContext) -> list[StatRow]:
        """Return three rows for each annotation: agreement, its mean by chance, and p."""
        if not ctx.annotations or len(ctx.ids) < 3:
            return []
        order, rng = canonical_order(ctx.ids, len(ctx.ids), ctx.rng_seed)
        sampled = sorted_subsample(len(order), SAMPLE, rng)
        rows = order if sampled is None else order[sampled]
        names = [ctx.ids[row] for row in rows]
        metric = self._metric if ctx.space_kind == "embedding" else "euclidean"
        neighbours = _nearest(np.asarray(ctx.coords[rows]), metric)
        notes = {
            "metric": metric,
            "k": neighbours.shape[1],
            "permutations": PERMUTATIONS,
            "seed": ctx.rng_seed,
            "sampled": sampled is not None,
            "sample_size": len(rows),
        }
        scored = (
            _rows(ctx, name, codes(names, labels), neighbours, notes)
            for name, labels in ctx.annotations.items()
        )
        return [row for some in scored for row in some]


def _nearest(points: NDArray[Any], metric: str) -> Rows:
    """Return the nearest other points of each, shape (n, k)."""
    # Half of a small data set at most, else all would be neighbours.
    count = max(1, min(_NEIGHBOURS, (len(points) - 1) // 2))
    near = nearest_neighbors(points.astype(np.float32), count + 1, metric)
    return near.indices[:, 1:].astype(np.intp)


def _rows(
    ctx: StatContext, name: str, labels: Codes, neighbours: Rows, notes: dict[str, Any]
) -> list[StatRow]:
    pairs, kinds = Pairs.of(labels, neighbours), len(np.unique(labels[labels >= 0]))
    if pairs.proteins < 3 or kinds < 2:
        return []
    value, null = pairs.agreement(labels), permuted(pairs, labels, ctx.rng_seed)
    # Equal but for the order of the sum.
    as_high = int((null >= value - 1e-9).sum())
    found = {"null_mean": float(null.mean()), "p": (1 + as_high) / (1 + len(null))}
    notes = notes | found | {"n_labels": pairs.proteins, "n_categories": kinds}
    scores = {"": value} | {f"_{metric}": number for metric, number in found.items()}
    return [
        StatRow(
            space_kind=ctx.space_kind,
            space_name=ctx.space_name,
            annotation=name,
            stat_family=KnnAgreement.family,
            label_kind="annotation",
            metric=f"knn_agreement{metric}",
            # ProtSpace shows rows of this kind beside the silhouette, and none of kind "meta".
            metric_kind="meta" if metric else "validity",
            value=number,
            extra=notes,
        )
        for metric, number in scores.items()
    ]


def permuted(pairs: Pairs, labels: Codes, seed: int) -> NDArray[np.float64]:
    """Return the agreement of labels permuted among the proteins that have one: (permutations,)."""
    rng, shuffled = np.random.default_rng(seed), labels.copy()
    known = np.flatnonzero(labels >= 0)
    found = np.empty(PERMUTATIONS)
    for turn in range(PERMUTATIONS):
        shuffled[known] = rng.permutation(labels[known])
        found[turn] = pairs.agreement(shuffled)
    return found
