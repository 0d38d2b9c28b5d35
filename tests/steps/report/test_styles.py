"""Styles of a bundle, by codes of labels, as the viewer takes them."""

import json

import pytest

from steps.report.styles import style_of, styles_of

LABELS = ["snake", "cone", "spider; wasp", "spider"]
EMPTY = {"colours": [], "shapes": [], "order": [], "hidden": []}


def entry(place, color="", shape="circle"):
    return {"zOrder": place, "color": color, "shape": shape}


def test_colours_shapes_order_and_hidden_values_are_by_codes():
    categories = {"cone": entry(1, "#AABBCC"), "snake": entry(0, "rgba(1, 2, 255, 0.8)", "plus")}
    found = style_of({"categories": categories, "hiddenValues": ["spider", "bird"]}, LABELS)
    assert found == {
        "colours": [[0, "#0102ff"], [1, "#aabbcc"]],
        "shapes": [[0, "plus"]],
        "order": [0, 1],
        "hidden": [3],
    }


def test_missing_values_have_code_minus_one_and_no_place_in_the_order():
    categories = {"__NA__": entry(0, "#dddddd"), "cone": entry(1)}
    found = style_of({"categories": categories, "hiddenValues": ["N/A"]}, LABELS)
    assert found == {"colours": [[-1, "#dddddd"]], "shapes": [], "order": [1], "hidden": [-1]}


def test_order_is_turned_around_where_the_web_app_did():
    categories = {label: entry(place) for place, label in enumerate(LABELS)}
    settings = {"categories": categories, "sortMode": "manual-reverse"}
    assert style_of(settings, LABELS) == EMPTY | {"order": [3, 2, 1, 0]}


@pytest.mark.parametrize(
    "colour", ['"/><script>', "red", "#fff", "url(#x)", "rgb(1,2)", None, 7, ["#000000"]]
)
def test_what_is_no_colour_is_left_out(colour):
    assert style_of({"categories": {"cone": entry(0, colour)}}, LABELS) == EMPTY | {"order": [1]}


@pytest.mark.parametrize(
    "settings",
    [None, [], "x", {}, {"categories": []}, {"categories": {"cone": "red"}}, {"hiddenValues": 1}],
)
def test_settings_of_another_form_are_no_style(settings):
    assert style_of(settings, LABELS) is None


def test_settings_of_the_web_app_are_read_too():
    own = {"family": {"categories": {}}}
    whole = {"legendSettings": own, "exportOptions": {}, "eatOverlayEnabled": True}
    assert styles_of(json.loads(json.dumps(whole))) == own == styles_of(own)
    assert styles_of(None) == {}
