"""Annotations of a bundle as the viewer takes them."""

import pyarrow as pa
import pytest

from steps.report.points import _annotation


@pytest.mark.parametrize("kind", [pa.float64(), pa.int32()])
def test_column_of_numbers_that_are_all_missing_has_no_scale(kind):
    found = _annotation("score", pa.chunked_array([pa.array([None, None], kind)]), None)
    assert (found["labels"], found["codes"].tolist()) == ([], [-1, -1])


def test_column_of_numbers_has_a_scale():
    found = _annotation("score", pa.chunked_array([pa.array([1.5, None, 3.5])]), None)
    stops = found["scale"]["stops"]
    assert (stops[0], stops[-1]) == (1.5, 3.5)


def test_words_for_missing_are_no_category():
    cells = pa.chunked_array([pa.array(["a|0.9", "NA", "a|0.8", "n/a;b", None])])
    found = _annotation("family", cells, None)
    assert (found["labels"], found["codes"].tolist()) == (["a", "b"], [0, -1, 0, 1, -1])
