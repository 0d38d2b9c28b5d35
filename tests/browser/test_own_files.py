"""Tables of annotations and colours of one's own on the page."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_accessible import tab_to
from tests.support.browsing import findings
from tests.support.gateway_process import fasta
from tests.support.own_tables import table

STYLES = {"family": {"colors": {"kinase": "#aa1177", "lectin": "#445566"}}}


def file(name, content):
    return {"name": name, "mimeType": "", "buffer": content.encode()}


@pytest.fixture
def open_form(gateway, open_page):
    """Open the form with proteins in it, and the part for one's own files."""

    def start(address=gateway.url, **options):
        page = open_page(address, **options)
        page.set_input_files("#file", file("mine.fasta", fasta(20)))
        page.get_by_text("Your own", exact=True).click()
        return page

    return start


@pytest.fixture
def form(open_form):
    return open_form()


def chosen(page):
    return page.locator("details", has_text="Your own").locator(".chosen")


def test_table_and_colours_are_on_the_map_and_what_did_not_match_is_told(form, shoot):
    form.set_input_files("#own-table", file("labels.csv", table(23)))
    form.set_input_files("#own-styles", file("colours.json", json.dumps(STYLES)))
    expect(chosen(form)).to_have_text("labels.csv, colours.json")
    form.locator("#submit").click()
    expect(form.locator("#warnings")).to_contain_text("3 of 23 rows match no protein")
    expect(form.locator("#warnings")).to_contain_text("'family' has no value 'lectin'")
    form.select_option("#colour", "family")
    swatch = form.get_by_role("button", name="Show kinase").locator(".swatch")
    expect(swatch).to_have_css("background-color", "rgb(170, 17, 119)")
    shoot(form, "result-own-files")


def test_table_that_the_server_refuses_stays_and_can_be_taken_out(form):
    form.set_input_files("#own-table", file("labels.csv", table().replace("P", "Q")))
    form.locator("#submit").click()
    expect(form.locator("#refusal")).to_contain_text("no row matches a protein")
    expect(chosen(form)).to_have_text("labels.csv")
    form.get_by_role("button", name="Take the table out").click()
    expect(chosen(form)).to_have_text("no table, no colours")
    expect(form.locator("#own-table")).to_be_focused()
    form.locator("#submit").click()
    form.wait_for_url(re.compile("#[0-9a-f]{32}$"))


def test_large_files_are_refused_before_they_are_sent(form, shoot):
    form.set_input_files("#own-table", file("large.csv", "x" * (4 << 20) + "x"))
    expect(form.get_by_role("alert").first).to_contain_text("large.csv is larger than 4 MB")
    form.set_input_files("#own-styles", file("large.json", " " * 2_000_000))
    expect(form.get_by_role("alert").nth(1)).to_contain_text("larger than 1 MB")
    expect(chosen(form)).to_have_text("no table, no colours")
    shoot(form, "form-own-refused")
    form.set_input_files("#own-table", file("labels.csv", table()))
    expect(form.get_by_role("alert")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1180])
def test_they_fit_and_have_no_serious_finding(open_form, shoot, scheme, width):
    page = open_form(viewport={"width": width, "height": 844}, color_scheme=scheme)
    page.set_input_files("#own-table", file(f"{'long name ' * 9}.csv", table()))
    page.set_input_files("#own-styles", file("large.json", " " * 2_000_000))
    expect(page.get_by_role("alert")).to_be_visible()
    shoot(page, f"form-own-{width}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert findings(page) == []


def test_keyboard_reaches_them(gateway, open_page):
    page = open_page(gateway.url)
    expect(page.locator("#start")).to_be_visible()
    page.locator("summary", has_text="Your own").focus()
    page.keyboard.press("Enter")
    tab_to(page, "own-table")
    page.set_input_files("#own-table", file("labels.csv", table()))
    expect(chosen(page)).to_have_text("labels.csv")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(chosen(page)).to_have_text("no table, no colours")
    tab_to(page, "own-styles")


def test_name_of_a_file_is_text_on_the_page(form):
    form.set_input_files("#own-table", file("<img src=x>.csv", table()))
    expect(chosen(form)).to_have_text("<img src=x>.csv")
    assert form.locator("#choices img").count() == 0


def test_what_a_server_does_not_take_is_not_offered(start_gateway, open_page):
    page = open_page(start_gateway(PREP_STYLES_MAX_BYTES="0", PREP_TABLE_MAX_ROWS="7").url)
    page.get_by_text("Your own", exact=True).click()
    expect(page.locator(".own")).to_contain_text("Up to 4 MB, 7 rows and 100 columns.")
    expect(page.locator("#own-styles")).to_have_count(0)
    none = start_gateway("none", PREP_STYLES_MAX_BYTES="0", PREP_TABLE_MAX_BYTES="0")
    page = open_page(none.url)
    expect(page.locator("#choices details")).to_have_count(3)
    expect(page.get_by_text("Your own", exact=True)).to_have_count(0)
