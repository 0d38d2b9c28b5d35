"""Colour scales of numbers: even ones, and those by quantiles where numbers are skewed."""

import numpy as np
import pytest

from steps.annotate.scale import scale_of

EVEN = np.linspace(0, 100, 201)
SKEWED = np.concatenate([np.linspace(4, 120, 990), np.linspace(400, 1630, 10)])


def test_even_numbers_get_an_even_scale_whose_ends_say_that_there_are_more():
    scale = scale_of(EVEN)
    assert scale.stops == [2, 50, 98]
    assert scale.labels() == [(0, "≤ 2"), (0.5, "50"), (1, "≥ 98")]


def test_skewed_numbers_get_a_scale_by_quantiles_from_the_least_to_the_largest():
    labels = scale_of(SKEWED).labels()
    assert [place for place, _ in labels] == [0, 0.25, 0.5, 0.75, 1]
    assert labels[0][1] == "4" and labels[-1][1] == "1630"


def test_skewed_numbers_use_all_colours_evenly():
    places = scale_of(SKEWED).places(SKEWED)
    counts, _ = np.histogram(places, bins=4)
    assert counts.min() > 0.2 * len(SKEWED)


def test_numbers_beyond_the_ends_have_their_colour_and_missing_ones_none():
    places = scale_of(EVEN).places(np.array([-1e9, 50, 1e9, np.nan]))
    assert places[:3].tolist() == [0, 0.5, 1] and np.isnan(places[3])


@pytest.mark.parametrize("values", [[5.0], [5.0, 5.0, np.nan], [0.0, 1.0]])
def test_few_numbers_have_a_scale(values):
    assert np.isfinite(scale_of(np.array(values)).places(np.array([values[0]]))).all()


@pytest.mark.parametrize(
    "values", [[0] * 60 + [1, 2, 3, 9], [124, 126], [1] * 400 + [1000], [*range(7)] * 3 + [99]]
)
def test_equal_numbers_have_one_place_that_their_label_has_too(values):
    scale = scale_of(np.array(values, float))
    assert scale.stops == sorted(set(scale.stops))
    places = dict(zip(values, scale.places(np.array(values, float)).tolist(), strict=True))
    labels = {text: place for place, text in scale.labels()}
    assert places[min(values)] == labels[str(min(values))] == 0
    assert places[max(values)] == labels[str(max(values))] == 1


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([1e-300, 1e300], ["1e-300", "1e+300"]),
        ([1_000_001, 1_000_009], ["1,000,001", "1,000,009"]),
        ([13245.67, 200_000.1], ["13,246", "200,000"]),
        ([1975, 2024], ["1975", "2024"]),
        ([0.98765, 0.98771], ["0.98765", "0.98771"]),
    ],
)
def test_labels_of_a_scale_are_short_and_differ(values, texts):
    assert [text for _, text in scale_of(np.array(values)).labels()] == texts
