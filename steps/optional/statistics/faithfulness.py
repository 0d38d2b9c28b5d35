"""Score how well a projection keeps the neighbours and the distances of its embedding.

The five scores of protspace by its definitions and of its sample, from distances that are computed
once for each embedding instead of once for each score. Trustworthiness and continuity are those of
Venna & Kaski 2006 (doi:10.1016/j.neunet.2006.05.014).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from protspace.stats._sampling import canonical_order, sorted_subsample
from protspace.stats.base import DEFAULT_SAMPLE_THRESHOLD, StatContext, StatRow

_NEIGHBOURS = 15
_TRIPLETS = 5
#: Pairs of proteins whose distances are correlated; the standard error is 0.001.
_PAIRS = 1_000_000
_BLOCK = 100

type Floats = NDArray[np.float64]
type Rows = NDArray[np.intp]


@dataclass(frozen=True)
class Space:
    """Distances (n, n) between points, infinite from each to itself, and nearest points (n, k)."""

    distances: Floats
    nearest: Rows

    @classmethod
    def of(cls, points: Floats, metric: str, count: int) -> "Space":
        """Return the distances of points (n, d), and the nearest `count` of each."""
        from sklearn.metrics import pairwise_distances

        distances = pairwise_distances(points, metric=metric)
        np.fill_diagonal(distances, np.inf)
        return cls(distances, np.argpartition(distances, count - 1, axis=1)[:, :count])

    def ranks(self, others: Rows) -> Rows:
        """Return the ranks, from 1 on, of other points (n, k) among the distances of each."""
        found = np.empty_like(others)
        for start in range(0, len(others), _BLOCK):
            rows = slice(start, start + _BLOCK)
            distances = self.distances[rows]
            wanted = np.take_along_axis(distances, others[rows], axis=1)
            found[rows] = 1 + (distances[:, None, :] < wanted[:, :, None]).sum(axis=2)
        return found


class Faithfulness:
    """Statistic of protspace's driver; it keeps the distances of the last embedding."""

    family = "faithfulness"
    requires_embedding = True
    embedding_space = False

    def __init__(self) -> None:
        self._spaces: dict[Any, Space] = {}

    def compute(self, ctx: StatContext) -> list[StatRow]:
        """Return a row for each score, to be noted with the projection."""
        if ctx.embedding is None or len(ctx.embedding) < 3:
            return []
        rows, sampled = _sample(ctx)
        count = max(1, min(_NEIGHBOURS, (len(rows) - 1) // 2))
        low = Space.of(np.asarray(ctx.embedding_coords[rows], float), "euclidean", count)
        high = self._embedding(ctx, rows, count)
        notes = {
            "k": count,
            "seed": ctx.rng_seed,
            "sampled": sampled,
            "sample_size": len(rows),
            "embedding": ctx.embedding_name,
            "metric": ctx.high_dim_metric,
        }
        return [
            self._row(ctx, name, value, notes | more)
            for name, value, more in _scores(high, low, ctx.rng_seed)
        ]

    def _embedding(self, ctx: StatContext, rows: Rows, count: int) -> Space:
        key = (ctx.embedding_name, ctx.high_dim_metric, tuple(ctx.embedding_ids))
        if key not in self._spaces:
            points = np.asarray(ctx.embedding[rows], float)
            self._spaces = {key: Space.of(points, ctx.high_dim_metric, count)}
        return self._spaces[key]

    def _row(self, ctx: StatContext, name: str, value: float, notes: dict[str, Any]) -> StatRow:
        return StatRow(
            space_kind=ctx.space_kind,
            space_name=ctx.space_name,
            annotation="",
            stat_family=self.family,
            label_kind="none",
            metric=name,
            metric_kind="faithfulness",
            value=value,
            extra=notes,
            destination="projection_metadata",
        )


def _sample(ctx: StatContext) -> tuple[Rows, bool]:
    """Return the rows that protspace samples, which depend on the identifiers alone."""
    order, rng = canonical_order(ctx.embedding_ids, len(ctx.embedding), ctx.rng_seed)
    sampled = sorted_subsample(len(order), DEFAULT_SAMPLE_THRESHOLD, rng)
    return (order, False) if sampled is None else (order[sampled], True)


def _scores(high: Space, low: Space, seed: int) -> list[tuple[str, float, dict[str, Any]]]:
    count, size = high.nearest.shape[1], len(high.nearest)
    near, far = {"scope": "local"}, {"scope": "global"}
    false, missed = high.ranks(low.nearest), low.ranks(high.nearest)
    agreement = _triplets(high, low, seed)
    correlation, pairs = _correlation(high, low, seed)
    return [
        ("knn_overlap", float((false <= count).mean()), near),
        ("trustworthiness", _penalized(false, size), near),
        ("continuity", _penalized(missed, size), near),
        ("random_triplet", agreement, far | {"n_triplets": _TRIPLETS * size}),
        ("spearman_distance", correlation, far | {"n_pairs": pairs}),
    ]


def _penalized(ranks: Rows, size: int) -> float:
    """Return 1 less the ranks beyond k of points that are near in the other space, scaled."""
    count = ranks.shape[1]
    beyond = np.maximum(ranks - count, 0).sum()
    return float(1 - beyond * 2 / (size * count * (2 * size - 3 * count - 1)))


def _triplets(high: Space, low: Space, seed: int) -> float:
    """Return how often the nearer one of two random proteins is the same in both spaces."""
    size = len(high.nearest)
    rng = np.random.default_rng(seed)
    first = np.repeat(np.arange(size), _TRIPLETS)
    one = rng.integers(1, size, len(first))
    other = rng.integers(1, size - 1, len(first))
    # Neither the first protein nor the same one twice.
    places = [(first + one) % size, (first + other + (other >= one)) % size]
    nearer = [
        space.distances[first, places[0]] < space.distances[first, places[1]]
        for space in (high, low)
    ]
    return float((nearer[0] == nearer[1]).mean())


def _correlation(high: Space, low: Space, seed: int) -> tuple[float, int]:
    """Return the rank correlation of distances in both spaces, and how many pairs it is of."""
    from scipy.stats import rankdata

    size = len(high.nearest)
    pairs = np.triu_indices(size, k=1)
    if len(pairs[0]) > _PAIRS:
        chosen = np.random.default_rng(seed).integers(0, len(pairs[0]), _PAIRS)
        pairs = (pairs[0][chosen], pairs[1][chosen])
    ranks = [rankdata(space.distances[pairs]) for space in (high, low)]
    if not ranks[0].std() or not ranks[1].std():
        return float("nan"), len(pairs[0])
    return float(np.corrcoef(*ranks)[0, 1]), len(pairs[0])
