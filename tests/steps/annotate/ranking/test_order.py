"""The order of annotations: what colours a map best comes first, names of proteins last."""

import numpy as np
import pyarrow as pa
import pytest

from steps.annotate.ranking.order import in_order, to_colour_by
from steps.annotate.ranking.tiers import ranked

#: Four families of ten proteins; the neighbours of each are the rest of its family.
FAMILY = [f"family {i // 10}" for i in range(40)]
ROWS = np.arange(40)
NEIGHBOURS = np.array([[j for j in range(40) if j // 10 == i // 10 and j != i] for i in range(40)])


def table(**columns):
    count = len(next(iter(columns.values())))
    return pa.table({"protein_id": [f"P{i}" for i in range(count)], **columns})


def order(own=(), **columns):
    return [name for name, _ in ranked(table(**columns), own, ROWS, NEIGHBOURS)]


def test_categories_that_separate_come_before_those_that_do_not():
    scattered = [f"kind {i % 4}" for i in range(40)]
    assert order(scattered=scattered, family=FAMILY) == ["family", "scattered"]


def test_categories_that_separate_come_before_numbers_that_do():
    assert order(gravy=np.arange(40) / 7, family=FAMILY) == ["family", "gravy"]


def test_numbers_that_separate_come_before_categories_that_do_not():
    scattered = [f"kind {i % 4}" for i in range(40)]
    assert order(scattered=scattered, gravy=np.arange(40) / 7) == ["gravy", "scattered"]


@pytest.mark.parametrize("name", ["reviewed", "protein_existence", "annotation_score"])
def test_bookkeeping_comes_after_any_biological_annotation(name):
    scattered = [f"kind {i % 4}" for i in range(40)]
    assert order(**{name: FAMILY, "organism": scattered}) == ["organism", name]


def test_constants_and_nearly_unique_columns_come_after_bookkeeping():
    unique = [f"entry {i}" for i in range(40)]
    twins = ["same", "same", *unique[2:]]
    names = order(one=["a"] * 40, unique=unique, twins=twins, reviewed=FAMILY, n=np.arange(40))
    assert names[0] == "reviewed"


def test_names_that_protspace_hides_come_last():
    names = order(protein_name=FAMILY, gene_name=FAMILY, one=["a"] * 40, family=FAMILY)
    assert names == ["family", "one", "protein_name", "gene_name"]


def test_columns_of_the_user_come_first_even_if_few_proteins_have_a_value():
    marked = ["mine", "mine", *[None] * 38]
    names = order(own=["marked", "id"], family=FAMILY, marked=marked, id=[f"{i}" for i in ROWS])
    assert names == ["marked", "family", "id"]


def test_order_without_neighbours_is_that_of_the_bits():
    none = np.empty((0, 0), dtype=int)
    columns = {"two": ["a", "b"] * 4, "four": list("abcd") * 2}
    assert [name for name, _ in ranked(table(**columns), (), none, none)] == ["four", "two"]


def test_columns_that_were_not_ranked_follow_but_names_stay_last():
    names = in_order(
        table(gene_name=["a"], cluster=["c"], family=["f"], kind=["k"]), ["kind", "family"]
    ).column_names
    assert names == ["protein_id", "kind", "family", "cluster", "gene_name"]


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({"family": ["a", "b"], "other": ["a", "b"]}, "family"),
        ({"gene_name": ["a", "b", "c"]}, None),
        ({"gene_name": ["a", "b", "a", "b"]}, "gene_name"),
        ({"one": ["a", "a"], "family": ["a", "b"]}, None),
        ({"marked": ["a", None]}, "marked"),
    ],
)
def test_first_annotation_colours_unless_it_tells_nothing(columns, shown):
    assert to_colour_by(table(**columns)) == shown


def test_table_without_annotations_colours_by_none():
    assert to_colour_by(pa.table({"protein_id": ["P1"]})) is None
