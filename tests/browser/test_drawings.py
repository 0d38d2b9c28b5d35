"""Drawings (SVG) that are saved from a map: what they show is what the page shows."""

import re
from xml.etree import ElementTree

import pytest
from playwright.sync_api import expect

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def draw(html_file, open_page):
    """Return the page of a state, and the text of its drawing."""

    def start(state, matches=""):
        page = open_page(f"{html_file.as_uri()}{state}")
        expect(page.locator("#matches")).to_have_text(matches)
        page.get_by_text("Save", exact=True).click()
        with page.expect_download() as begun:
            page.get_by_role("button", name="Drawing (SVG)").click()
        return page, begun.value.path().read_text(encoding="utf-8")

    return start


def parts(drawing, tag):
    return list(ElementTree.fromstring(drawing).iter(SVG + tag))


def test_drawing_of_numbers_has_the_labels_of_the_scale(draw):
    page, drawing = draw("#colour=molecular_weight")
    shown = page.locator("#legend .ends span").all_text_contents()
    written = [each.text for each in parts(drawing, "text")]
    assert [text for text in written if text in shown] == shown and len(shown) > 2
    assert page.locator("#legend .range").text_content() in written


def test_drawing_has_colours_that_any_program_knows(draw):
    _, drawing = draw("#colour=molecular_weight")
    fills = {each.get("fill") for each in parts(drawing, "circle")}
    assert len(fills) > 10 and all(re.fullmatch("#[0-9a-f]{6}", fill) for fill in fills)


def test_drawing_rings_what_was_found_and_what_was_chosen(draw):
    _, drawing = draw("#protein=SIM0007&find=sim00", "99 proteins found")
    rings = [each.get("stroke-width") for each in parts(drawing, "circle")]
    assert (rings.count("1.5"), rings.count("2.5")) == (99, 1)
    assert any(each.get("d").count("L") == 10 for each in parts(drawing, "path"))


def test_drawing_counts_and_has_what_is_shown_alone(draw):
    _, drawing = draw("#colour=markup&hidden=1")
    written = [each.text for each in parts(drawing, "text")]
    assert any("families · 120 of 240 proteins · " in text for text in written)
    assert len(parts(drawing, "circle")) == 120 + 1


def test_drawing_cuts_no_text_off(draw):
    page, drawing = draw("#colour=markup")
    page.evaluate("(text) => document.body.insertAdjacentHTML('beforeend', text)", drawing)
    fits = """(svg) => [...svg.querySelectorAll("text")].every((text) => {
        const {x, y, width} = text.getBBox();
        return x + width <= svg.width.baseVal.value && y < svg.height.baseVal.value;
    })"""
    assert page.locator("body > svg").evaluate(fits)


def test_names_of_regions_are_those_of_what_is_shown(draw):
    def names(drawing):
        return {each.text for each in parts(drawing, "text") if each.get("text-anchor")}

    _, whole = draw("#colour=organism&names=1")
    page, rest = draw("#colour=organism&names=1&hidden=0")
    hidden = page.locator(".eye[aria-pressed=false] + .entry .label").text_content()
    assert hidden in names(whole) and names(rest) and hidden not in names(rest)
