"""Annotations of a bundle as the viewer takes them."""

import numpy as np
import pyarrow as pa
import pytest

from steps.report.points import _annotation, _with_overlap


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


@pytest.mark.parametrize(("count", "tells"), [(3, False), (4, True)])
def test_map_on_which_all_others_are_nearest_has_no_overlap(count, tells):
    places = np.arange(count, dtype=np.float32)
    nearest = np.array([[(row + 1) % count, (row - 1) % count] for row in range(count)])
    near = [{"embedder": "kmers", "indices": nearest}]
    shown = {"source": "kmers", "quality": {}, "x": places, "y": places}
    assert ("knn_overlap" in _with_overlap([shown], near)[0]["quality"]) == tells


def test_overlap_is_by_the_neighbours_that_the_viewer_has():
    nearest = np.array([[1], [0], [3], [2]])
    shown = {"source": "kmers", "quality": {"knn_overlap": 0.1, "trustworthiness": 0.9}}
    places = {"x": np.array([0, 1, 5, 6.0]), "y": np.zeros(4)}
    near = [{"embedder": "kmers", "indices": nearest}]
    found = _with_overlap([shown | places], near)[0]["quality"]
    assert found == {"knn_overlap": 1.0, "trustworthiness": 0.9}
