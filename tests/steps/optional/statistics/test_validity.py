"""Scores of annotations and clusters: the same as protspace's, also of samples."""

import numpy as np
import pytest
from protspace.cli.common_options import ClusterSelection, ClusterSpace
from protspace.stats import compute_statistics
from protspace.stats.metrics.annotation_validity import AnnotationValidityStatistic
from protspace.stats.metrics.validity import ClusterValidityStatistic

from steps.optional.statistics import SELECTIONS, SPACES, validity
from steps.optional.statistics.clusters import Comparison, KMeans
from steps.optional.statistics.validity import Validity

COUNT = 240


def kmeans():
    return KMeans(Comparison())


def statistics(*kinds, threshold=5000, selection="elbow", space="both"):
    """Return records and columns of two projections and their embedding, by protspace's driver."""
    from protspace.data.loaders.embedding_set import EmbeddingSet

    rng = np.random.default_rng(3)
    family = rng.integers(0, 4, COUNT)
    points = (rng.normal(size=(4, 6))[family] * 3 + rng.normal(size=(COUNT, 6))).astype(np.float32)
    ids = [f"P{row}" for row in rng.permutation(COUNT)]
    family_of = {name: f"family {it}" for name, it in zip(ids, family, strict=True)}
    some = {name: it for name, it in family_of.items() if rng.random() < 0.7}
    projections = [
        {"name": f"map {axis}", "source": "e", "ids": list(ids), "data": points[:, axis : axis + 2]}
        for axis in (0, 2)
    ]
    found = compute_statistics(
        [EmbeddingSet("e", points, list(ids))],
        projections,
        statistics=[kind() for kind in kinds],
        annotations={"family": family_of, "some": some, "one": dict.fromkeys(ids, "a")},
        params={
            "cluster_space": space,
            "cluster_selection": selection,
            "sample_threshold": threshold,
        },
    )
    return found.to_arrow().to_pylist(), [column.values for column in found.annotation_columns]


@pytest.mark.parametrize(("selection", "space"), [*zip(SELECTIONS, SPACES, strict=True)])
def test_rows_and_clusters_are_those_of_protspace(selection, space):
    how = {"selection": selection, "space": space}
    ours = statistics(kmeans, Validity, **how)
    assert ours == statistics(ClusterValidityStatistic, AnnotationValidityStatistic, **how)
    metrics = {row["metric"] for row in ours[0]}
    assert {"silhouette", "adjusted_rand", "n_clusters"} <= metrics
    spaces = {"both": 3, "projection": 2, "embedding": 1}
    assert len(ours[1]) == spaces[space] * (1 + (selection == "both"))


def test_choices_are_those_of_protspace():
    assert set(SELECTIONS) == {each.value for each in ClusterSelection}
    assert set(SPACES) == {each.value for each in ClusterSpace}


def test_samples_are_those_of_protspace(monkeypatch):
    monkeypatch.setattr(validity, "DEFAULT_SAMPLE_THRESHOLD", 100)
    ours = statistics(Validity, threshold=100)
    assert ours == statistics(AnnotationValidityStatistic, threshold=100)
    assert all('"sampled": true' in row["extra_json"] for row in ours[0])


@pytest.mark.parametrize("kind", [kmeans, Validity])
def test_space_without_annotations_has_no_scores_of_them(kind):
    from protspace.stats.base import StatContext

    ctx = StatContext("projection", "map", np.zeros((2, 2)), ["a", "b"])
    assert kind().compute(ctx) == []
