"""The HTML file of a bundle with styles of its own."""

import re
import subprocess
import sys

import pytest
from playwright.sync_api import expect
from protspace.utils.add_annotation_style import add_annotation_styles_bundle

from tests.support.browsing import look
from tests.support.gateway_process import ROOT

#: Of the organisms of the example, with colours that no palette has.
STYLES = {
    "organism": {
        "colors": {"Exemplum nigrum": "#123456", "Exemplum album": "#fedcba"},
        "shapes": {"Exemplum nigrum": "diamond"},
        "hiddenValues": ["Exemplum album"],
        "sortMode": "alpha-desc",
    }
}


@pytest.fixture(scope="module")
def styled_file(html_file, tmp_path_factory):
    folder, run = tmp_path_factory.mktemp("styled"), html_file.parent
    bundle = folder / "families.parquetbundle"
    add_annotation_styles_bundle(str(run / bundle.name), STYLES, str(bundle))
    output = folder / "families.html"
    options = ["--sequences", run / "sequences.parquet", "--provenance", run / "provenance.json"]
    near = run / "neighbours" / "composition.parquet"
    command = [sys.executable, "-m", "steps", "html", bundle, "--neighbours", near, *options]
    subprocess.run([*command, "--output", output], check=True, cwd=ROOT)
    return output


@pytest.fixture
def opened(styled_file, open_page):
    def start(state="#colour=organism"):
        page = open_page(f"{styled_file.as_uri()}{state}")
        expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")
        return page

    return start


def labels(page):
    return page.locator("#legend .label").all_text_contents()


def test_colours_shapes_and_order_of_the_bundle_are_shown(opened, shoot):
    page = opened()
    assert labels(page)[:2] == ["Exemplum nigrum", "Exemplum album"]
    swatch = page.locator("#legend .swatch").first
    expect(swatch).to_have_css("background-color", "rgb(18, 52, 86)")
    assert swatch.evaluate("(found) => getComputedStyle(found).clipPath").startswith("polygon")
    shoot(page, "file-styled")


def test_hidden_value_of_the_bundle_can_be_shown_and_a_link_keeps_it(opened):
    page = opened()
    eye = page.get_by_role("button", name="Show Exemplum album")
    expect(eye).to_have_attribute("aria-pressed", "false")
    before = look(page)
    eye.click()
    assert look(page) != before
    expect(page).to_have_url(re.compile("hidden=(&|$)"))
    again = opened(f"#{page.url.partition('#')[2]}")
    expect(again.get_by_role("button", name="Show Exemplum album")).to_have_attribute(
        "aria-pressed", "true"
    )


def test_order_of_the_legend_is_chosen_and_kept_in_the_address(opened):
    page = opened()
    page.get_by_label("Order of values").select_option("by name")
    names = [label for label in labels(page) if label.startswith(("Exemplum", "Fictor"))]
    assert names == sorted(names) and len(names) > 2
    expect(page).to_have_url(re.compile("order=name"))
    again = opened(f"#{page.url.partition('#')[2]}")
    assert labels(again) == labels(page)
    again.get_by_label("Order of values").select_option("by frequency")
    counts = again.locator("#legend li .number").all_text_contents()[: len(names)]
    assert counts == sorted(counts, key=int, reverse=True)


def test_drawing_has_colours_and_shapes_of_the_bundle(opened):
    page = opened()
    page.get_by_text("Save", exact=True).click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Drawing (SVG)").click()
    drawing = begun.value.path().read_text()
    count = int(page.locator("#legend li .number").first.text_content())
    assert drawing.count("<polygon") == count + 1
    assert drawing.count('fill="#123456"') == count + 1 and "#fedcba" not in drawing
