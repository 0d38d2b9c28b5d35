"""Agreement of neighbours: by definition, beside scikit-learn, and against chance."""

import numpy as np
import pytest
from protspace.stats.base import StatContext
from sklearn.neighbors import NearestNeighbors

from steps.optional.statistics import knn_agreement
from steps.optional.statistics.clusters import codes
from steps.optional.statistics.knn_agreement import KnnAgreement, Pairs, permuted

COUNT = 120


def context(count=COUNT, kind="projection"):
    rng = np.random.default_rng(3)
    family = rng.integers(0, 4, count)
    coords = (6 * rng.normal(size=(4, 2))[family] + rng.normal(size=(count, 2))).astype(np.float32)
    ids = [f"P{row:03d}" for row in rng.permutation(count)]
    labels = {name: f"family {it}" for name, it in zip(ids, family, strict=True)}
    some = {name: it for name, it in labels.items() if rng.random() < 0.6}
    drawn = {name: f"{rng.integers(0, 4)}" for name in ids}
    annotations = {"family": labels, "some": some, "random": drawn, "one": dict.fromkeys(ids, "a")}
    return StatContext(kind, "map", coords, ids, annotations=annotations)


def scored(ctx, metric="euclidean"):
    """Return annotation -> metric -> row."""
    rows = {}
    for row in KnnAgreement(metric).compute(ctx):
        rows.setdefault(row.annotation, {})[row.metric] = row
    return rows


def by_definition(ctx, name):
    """Return the mean over labelled proteins of the share of labelled neighbours like them."""
    near = NearestNeighbors(n_neighbors=11).fit(ctx.coords).kneighbors(ctx.coords)[1][:, 1:]
    labels, hits = ctx.annotations[name], []
    for own, others in zip(ctx.ids, near, strict=True):
        theirs = [labels[ctx.ids[it]] for it in others if ctx.ids[it] in labels]
        if own in labels and theirs:
            hits.append(theirs.count(labels[own]) / len(theirs))
    return np.mean(hits), len(hits)


@pytest.mark.parametrize("name", ["family", "some", "random"])
def test_agreement_is_the_mean_share_of_neighbours_with_the_label(name):
    row = scored(ctx := context())[name]["knn_agreement"]
    value, count = by_definition(ctx, name)
    assert row.value == pytest.approx(value) and row.extra["n_labels"] == count


def test_null_mean_is_that_of_drawing_any_other_protein():
    rows = scored(ctx := context())["family"]
    sizes = np.unique(list(ctx.annotations["family"].values()), return_counts=True)[1]
    expected = (sizes * (sizes - 1)).sum() / (COUNT * (COUNT - 1))
    assert rows["knn_agreement_null_mean"].value == pytest.approx(expected, abs=0.005)


def test_p_is_small_for_families_and_not_for_random_labels():
    rows = scored(context())
    assert rows["family"]["knn_agreement_p"].value == pytest.approx(1 / 201)
    assert rows["random"]["knn_agreement_p"].value > 0.05
    assert "one" not in rows


def test_p_of_random_labels_is_evenly_spread():
    """As it must be: 5 % of all tests of nothing are below 0.05."""
    rng, found = np.random.default_rng(0), []
    neighbours = rng.integers(0, 60, (60, 5))
    for seed in range(200):
        labels = rng.integers(0, 3, 60).astype(np.int32)
        pairs = Pairs.of(labels, neighbours)
        null = permuted(pairs, labels, seed)
        found.append((1 + (null >= pairs.agreement(labels)).sum()) / 201)
    assert np.mean(found) == pytest.approx(0.5, abs=0.07) and np.mean(np.array(found) < 0.1) < 0.17


def test_proteins_without_a_label_stay_without():
    labels = np.array([0, -1, 0, 0, -1, 0], np.int32)
    neighbours = np.array([[2, 3], [0, 2], [0, 5], [0, 5], [1, 2], [3, 2]])
    pairs = Pairs.of(labels, neighbours)
    assert pairs.proteins == 4 and permuted(pairs, labels, 0) == pytest.approx(1)


def test_order_of_proteins_changes_nothing():
    ctx = context()
    order = np.random.default_rng(1).permutation(COUNT)
    other = StatContext(
        *("projection", "map", ctx.coords[order], [ctx.ids[row] for row in order]),
        annotations=ctx.annotations,
    )
    rows, others = (KnnAgreement("cosine").compute(it) for it in (ctx, other))
    assert [row.to_record() for row in rows] == [row.to_record() for row in others]


def test_of_many_proteins_the_same_sample_is_taken_in_each_space(monkeypatch):
    monkeypatch.setattr(knn_agreement, "SAMPLE", 50)
    rows = [
        scored(context(kind=kind))["family"]["knn_agreement"]
        for kind in ("projection", "embedding")
    ]
    assert rows[0].value == rows[1].value
    assert all(row.extra["sampled"] and row.extra["sample_size"] == 50 for row in rows)


def test_metric_is_that_of_the_embedding_alone():
    ctx = context(kind="embedding")
    assert scored(ctx, "manhattan")["family"]["knn_agreement"].extra["metric"] == "manhattan"
    assert scored(context(), "manhattan")["family"]["knn_agreement"].extra["metric"] == "euclidean"
    assert (
        scored(ctx, "cosine")["family"]["knn_agreement"].value
        != scored(ctx)["family"]["knn_agreement"].value
    )


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_proteins_have_no_agreement(count):
    assert KnnAgreement("euclidean").compute(context(count)) == []


def test_codes_are_of_sorted_labels():
    assert codes(["a", "b", "c"], {"a": "y", "c": "x"}).tolist() == [1, -1, 0]
