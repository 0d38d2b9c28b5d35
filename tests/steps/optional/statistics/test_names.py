"""Names of clusters: held against SciPy's tests, on values that are planted."""

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import false_discovery_control, fisher_exact

from steps.optional.statistics.names import Name, cluster_names, enriched, false_discovery_rates
from steps.optional.statistics.values import Values, naming


def values(cells, name="family"):
    return Values.of(name, pa.chunked_array([pa.array(cells, pa.string())]))


def planted():
    """Return three clusters and noise of 10 each: kinase, half toxin, nothing of its own, noise."""
    clusters = np.repeat(np.array([0, 1, 2, -1], np.int32), 10)
    cells = ["kinase|EXP"] * 9 + [None]
    cells += [f"toxin;part {row}" for row in range(5)] + ["other"] * 5
    cells += ["other", "kinase", "toxin", None, "x", "y", "other", "z", "w", "v"]
    cells += ["other"] * 10
    return clusters, values(cells)


def test_cluster_is_named_by_the_value_that_is_enriched():
    clusters, found = planted()
    names = cluster_names(clusters, [found])
    assert [names[cluster].text for cluster in names] == ["kinase (90 %)", "toxin (50 %)"]
    assert names[0].annotation == "family" and names[0].rate < 1e-5


def test_p_is_that_of_fishers_exact_test():
    clusters, found = planted()
    tested = enriched(clusters, found)
    (at,) = np.flatnonzero((tested.cluster == 1) & (tested.code == found.texts.index("toxin")))
    # 38 proteins have a value; 10 of them are in the cluster, and 6 are toxins.
    table = [[5, 5], [1, 27]]
    assert tested.p[at] == pytest.approx(fisher_exact(table, alternative="greater")[1])
    assert np.exp(tested.chance[at]) <= tested.p[at]


def test_rates_are_those_of_benjamini_and_hochberg():
    p = np.random.default_rng(0).random(50) ** 3
    assert false_discovery_rates(p, 50) == pytest.approx(false_discovery_control(p))
    padded = false_discovery_control(np.append(p, np.ones(70)))[:50]
    assert false_discovery_rates(p, 120) == pytest.approx(padded)


def test_names_that_chance_would_give_are_not_given():
    """Values that have nothing to do with the clusters, many times over."""
    rng, named = np.random.default_rng(0), 0
    for _ in range(40):
        clusters = rng.integers(0, 4, 200).astype(np.int32)
        cells = [f"value {it}" for it in rng.integers(0, 8, 200)]
        named += len(cluster_names(clusters, [values(cells)]))
    assert named <= 6


def test_value_of_all_proteins_names_no_cluster():
    clusters = np.repeat(np.array([0, 1], np.int32), 50)
    assert cluster_names(clusters, [values(["everywhere"] * 100)]) == {}


def test_rare_value_is_chosen_before_a_common_one():
    clusters = np.repeat(np.array([0, 1], np.int32), 500)
    common = values(["Eukaryota"] * 700 + ["Bacteria"] * 300, "domain")
    family = values(["kinase"] * 480 + ["other"] * 520)
    assert cluster_names(clusters, [common, family])[0].text == "kinase (96 %)"


def test_first_of_equally_unlikely_annotations_is_taken():
    clusters = np.repeat(np.array([0, 1], np.int32), 30)
    both = [values(["a"] * 30 + ["b"] * 30, name) for name in ("one", "two")]
    assert {name.annotation for name in cluster_names(clusters, both).values()} == {"one"}


def test_no_clusters_or_no_values_have_no_names():
    clusters, found = planted()
    assert cluster_names(np.full(40, -1, np.int32), [found]) == {}
    assert cluster_names(clusters, []) == cluster_names(clusters, [values([None] * 40)]) == {}


def test_name_has_no_sign_of_a_score_and_is_not_too_long():
    assert Name("a", "x|y", 7, 0.0).text == "x/y (7 %)"
    assert len(Name("a", "x" * 500, 7, 0.0).text) < 100


def test_values_are_single_hits_without_scores_escapes_and_flags():
    found = values(["b|EXP;a%3B 1|0.9", None, "N/A", "True", "a%3B 1", ""])
    assert found.texts == ["a; 1", "b"]
    assert found.rows.tolist() == [0, 0, 4] and found.codes.tolist() == [0, 1, 0]
    assert found.known.tolist() == [True, False, False, False, True, False]


def test_numbers_and_clusters_name_nothing():
    table = pa.table(
        {
            "protein_id": ["P", "Q"],
            "n": ["1", "2.5"],
            "cluster_x": ["a", "b"],
            "m": [1, 2],
            "text": ["a", "1"],
        }
    )
    assert [each.annotation for each in naming(table, ["auto"]).values] == ["text"]
    assert naming(table, ["m", "text"]).values[0].annotation == "text"


def test_clusters_are_brought_into_the_order_of_the_table():
    found = naming(pa.table({"protein_id": ["P", "Q", "R"]}), ["auto"])
    assert found.in_order(["R", "P"], np.array([4, 7], np.int32)).tolist() == [7, -1, 4]
