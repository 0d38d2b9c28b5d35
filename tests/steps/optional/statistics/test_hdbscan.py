"""Clusters by density: held against scikit-learn's HDBSCAN, and the same on every run."""

import subprocess
import sys

import numba
import numpy as np
import pyarrow as pa
import pytest
from protspace.stats.base import AnnotationColumn, StatContext
from sklearn.cluster import HDBSCAN
from sklearn.metrics import adjusted_rand_score

from steps.optional.statistics.clusters import Comparison
from steps.optional.statistics.hdbscan import Hdbscan, find_clusters, shown
from steps.optional.statistics.names import Name
from steps.optional.statistics.values import naming
from tests.support.docs_commands import ROOT

#: The compiler takes a minute before the first of them.
pytestmark = pytest.mark.slow


def blobs(count=600, kinds=5, seed=0):
    """Return points, shape (n, 2), and which dense region each is of, -1 for a tenth of noise."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, kinds, count)
    kind[rng.random(count) < 0.1] = -1
    points = 20 * rng.normal(size=(kinds, 2))[kind] + rng.normal(size=(count, 2))
    points[kind < 0] = rng.uniform(-60, 60, size=(int((kind < 0).sum()), 2))
    return points, kind


def identifiers(count):
    return [f"P{row:05d}" for row in range(count)]


def context(points, kind):
    ids = identifiers(len(points))
    labels = {name: f"family {it}" for name, it in zip(ids, kind, strict=True) if it >= 0}
    return StatContext("projection", "map", points, ids, annotations={"family": labels})


def table(ctx):
    labels = ctx.annotations["family"]
    return pa.table({"protein_id": ctx.ids, "family": [labels.get(name) for name in ctx.ids]})


def computed(ctx, smallest=None):
    found = Hdbscan(smallest, naming(table(ctx), ["auto"]), Comparison()).compute(ctx)
    columns = [each for each in found if isinstance(each, AnnotationColumn)]
    return [each for each in found if each not in columns], columns


def test_clusters_are_about_those_of_scikit_learn():
    points, kind = blobs()
    found = find_clusters(points, identifiers(len(points)), 15)
    theirs = HDBSCAN(min_cluster_size=15, min_samples=10, copy=True).fit_predict(points)
    assert adjusted_rand_score(found, theirs) > 0.95
    assert adjusted_rand_score(found[kind >= 0], kind[kind >= 0]) > 0.9


def test_largest_cluster_comes_first_and_noise_has_none():
    points, _ = blobs()
    found = find_clusters(points, identifiers(len(points)), 15)
    sizes = np.bincount(found[found >= 0])
    assert (np.diff(sizes) <= 0).all() and len(sizes) == 5 and 0.02 < (found < 0).mean() < 0.3


def test_order_of_points_changes_nothing():
    points, _ = blobs()
    ids, order = identifiers(len(points)), np.random.default_rng(1).permutation(len(points))
    shuffled = find_clusters(points[order], [ids[row] for row in order], 15)
    assert np.array_equal(shuffled, find_clusters(points, ids, 15)[order])


def test_number_of_threads_changes_nothing():
    """In processes of their own, since Numba takes its threads once."""
    code = """
import hashlib, numba
from tests.steps.optional.statistics.test_hdbscan import blobs, find_clusters, identifiers
points, _ = blobs(8000, 40)
clusters = find_clusters(points, identifiers(len(points)), 20)
print(numba.get_num_threads(), hashlib.sha256(clusters.tobytes()).hexdigest())
"""
    seen = []
    for threads in ("1", "2"):
        command = ["env", f"NUMBA_NUM_THREADS={threads}", sys.executable, "-c", code]
        ended = subprocess.run(command, check=True, cwd=ROOT, capture_output=True, text=True)
        seen.append(ended.stdout.split())
    assert [count for count, _ in seen] == ["1", "2"] and seen[0][1] == seen[1][1]


def test_threads_of_numba_are_as_before():
    before = numba.get_num_threads()
    find_clusters(blobs()[0], identifiers(600), 15)
    assert numba.get_num_threads() == before


@pytest.mark.parametrize("count", [0, 1, 3, 9, 12])
def test_few_points_have_no_clusters(count):
    points = np.random.default_rng(0).normal(size=(count, 2))
    assert (find_clusters(points, identifiers(count), 5) == -1).all()


def test_equal_points_are_no_two_clusters():
    assert (find_clusters(np.zeros((50, 2)), identifiers(50), 5) == -1).all()


def test_column_has_the_names_and_no_noise():
    ctx = context(*blobs())
    rows, (column,) = computed(ctx)
    assert column.name == "cluster_hdbscan_map" and len(set(column.values.values())) == 5
    assert all(" %)" in text and text.startswith("family ") for text in column.values.values())
    assert 0 < len(ctx.ids) - len(column.values) == round(rows[0].extra["noise"] * len(ctx.ids))
    scored = {row.category for row in rows if row.category}
    assert scored == set(column.values.values())


def test_rows_say_how_clusters_were_found_and_compare_them():
    rows, _ = computed(context(*blobs()), 30)
    assert (rows[0].metric, rows[0].value, rows[0].metric_kind) == ("n_clusters", 5.0, "meta")
    assert rows[0].extra["min_cluster_size"] == 30 and rows[0].extra["min_samples"] == 10
    assert rows[0].extra["names"]
    assert {row.label_kind for row in rows} == {"hdbscan"}
    (rand,) = [row.value for row in rows if row.metric == "adjusted_rand"]
    assert rand > 0.95


def test_least_number_of_proteins_follows_from_their_number():
    rows, _ = computed(context(*blobs(1600)))
    assert rows[0].extra["min_cluster_size"] == 20
    rows, _ = computed(context(*blobs(60)))
    assert rows[0].extra["min_cluster_size"] == 5


def test_map_without_dense_regions_has_no_column_and_a_warning(caplog):
    ctx = context(np.zeros((40, 2)), np.zeros(40, int))
    (row,), columns = computed(ctx)
    assert not columns and row.value == 0
    assert "A smaller min_cluster_size may find some." in caplog.text


def test_texts_of_clusters_differ():
    name = Name("family", "kinase", 87, 0.0)
    clusters = np.array([0, 1, 2], np.int32)
    texts = shown(clusters, {0: name, 2: name})
    assert texts == ["kinase (87 %)", "cluster 1", "kinase (87 %), cluster 2"]
