"""Scores of projections: the same as protspace's, whose definitions they follow."""

import numpy as np
import pytest
from protspace.stats.base import StatContext
from protspace.stats.metrics.faithfulness import FaithfulnessStatistic

from steps.optional.statistics import faithfulness
from steps.optional.statistics.faithfulness import Faithfulness
from steps.project.parameters import METRICS


def context(count=120, metric="euclidean", spread=1.0):
    rng = np.random.default_rng(3)
    embedding = rng.normal(size=(count, 12)).astype(np.float32)
    coords = embedding[:, :2] * spread + 0.3 * rng.normal(size=(count, 2)) * spread
    ids = [f"P{row}" for row in rng.permutation(count)]
    return StatContext(
        space_kind="projection",
        space_name="map",
        coords=coords,
        ids=ids,
        embedding=embedding,
        embedding_coords=coords,
        embedding_ids=ids,
        embedding_name="prot_t5",
        high_dim_metric=metric,
    )


def scores(statistic, ctx):
    return {row.metric: (row.value, row.extra) for row in statistic.compute(ctx)}


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("count", [4, 20, 120])
def test_scores_are_those_of_protspace(count, metric):
    ours = scores(Faithfulness(), context(count, metric))
    theirs = scores(FaithfulnessStatistic(), context(count, metric))
    assert list(ours) == list(theirs)
    for name, (value, notes) in theirs.items():
        assert ours[name][0] == pytest.approx(value, abs=1e-12)
        assert {key: ours[name][1][key] for key in notes} == notes


def test_correlation_of_some_pairs_is_near_that_of_all(monkeypatch):
    (every, notes) = scores(Faithfulness(), context(400))["spearman_distance"]
    monkeypatch.setattr(faithfulness, "_PAIRS", 20_000)
    (some, fewer) = scores(Faithfulness(), context(400))["spearman_distance"]
    assert (notes["n_pairs"], fewer["n_pairs"]) == (79_800, 20_000)
    assert some == pytest.approx(every, abs=0.03) and some != every


def test_map_of_one_point_has_no_correlation():
    assert np.isnan(scores(Faithfulness(), context(spread=0.0))["spearman_distance"][0])


def test_two_proteins_have_no_scores():
    assert Faithfulness().compute(context(2)) == []
