"""Which annotation a picture is coloured by."""

import pyarrow as pa
import pytest

from steps.annotate.ranking import COLOURED, most_informative
from steps.report.preview import COLOURS


def table(**columns):
    count = len(next(iter(columns.values())))
    return pa.table({"protein_id": [f"P{i}" for i in range(count)], **columns})


@pytest.mark.parametrize(
    ("columns", "best"),
    [
        ({"one": ["a"] * 8, "two": ["a", "b"] * 4}, "two"),
        ({"each": list("abcdefgh"), "few": list("aabbccdd")}, "few"),
        ({"rare": ["a", "b"] + [None] * 6, "full": ["a", "b"] * 4}, "full"),
        ({"one": ["a"] * 4, "length": [1, 2, 3, 4]}, "length"),
        ({"one": ["a"] * 4}, None),
    ],
)
def test_most_informative_annotation_is_chosen(columns, best):
    assert most_informative(table(**columns)) == best


def test_ranking_counts_as_many_categories_as_there_are_colours():
    assert len(COLOURS) == COLOURED
