"""All views in light and dark: no serious finding of axe, and a keyboard is enough."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.browsing import findings
from tests.support.gateway_process import fasta


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture
def view(gateway, open_page, scheme):
    """Open an address of the gateway in light or dark."""

    def start(address="", **options):
        return open_page(f"{gateway.url}/{address}", color_scheme=scheme, **options)

    return start


def test_the_form(view, shoot, scheme):
    page = view()
    page.get_by_role("button", name="Paste sequences").click()
    page.get_by_label("Sequences in FASTA format").fill(">a\n1")
    page.get_by_role("button", name="Use these sequences").click()
    expect(page.locator("#refusal")).to_be_visible()
    for summary in page.locator("#start summary").all():
        summary.click()
    shoot(page, f"form-{scheme}")
    assert findings(page) == []


def test_the_progress(view, slow_run, shoot, scheme):
    page = view(f"#{slow_run}")
    expect(page.locator("#stages progress")).to_be_visible()
    page.evaluate("document.getElementById('connection').replaceChildren('Lost.')")
    page.evaluate("document.getElementById('connection').hidden = false")
    shoot(page, f"progress-{scheme}")
    assert findings(page) == []


def test_the_result(view, done, shoot, scheme):
    page = view(f"#{done}")
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")
    for summary in page.locator("#result summary").all():
        summary.click()
    page.locator("tbody button").nth(4).click()
    page.select_option("#colour", "organism")
    page.locator("#legend .entry").first.click()
    shoot(page, f"result-{scheme}")
    assert findings(page) == []


def test_a_problem(view, shoot, scheme):
    page = view(f"#{'0' * 32}")
    expect(page.locator("#problem")).to_be_visible()
    shoot(page, f"problem-{scheme}")
    assert findings(page) == []


@pytest.mark.parametrize("path", ["", "done"])
def test_a_phone(view, done, shoot, scheme, path):
    phone = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = view(path and f"#{done}", **phone)
    expect(page.locator("h1:visible")).to_be_visible()
    page.wait_for_timeout(300)
    shoot(page, f"phone-{path or 'form'}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert findings(page) == []


def test_a_keyboard_is_enough_to_send_a_file(gateway, open_page, endless):
    page = open_page(gateway.url)
    expect(page.locator("#start")).to_be_visible()
    # A run that does not end before it is cancelled.
    page.evaluate("document.querySelector('[name=embedders][value=esm2_8m]').checked = true")
    tab_to(page, "paste")
    page.keyboard.press("Enter")
    page.keyboard.insert_text(fasta(20, seed=1_000_000))
    tab_to(page, "take-text")
    page.keyboard.press("Enter")
    expect(page.locator("#submit")).to_be_enabled()
    tab_to(page, "submit")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#[0-9a-f]{32}$"))
    expect(page.locator("#cancel")).to_be_visible()
    tab_to(page, "cancel")
    page.keyboard.press("Enter")
    expect(page.locator("#problem-title")).to_have_text("The job was cancelled")
    expect(page.locator("#problem-title")).to_be_focused()


def tab_to(page, wanted):
    for _ in range(30):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == wanted:
            return
    raise AssertionError(f"{wanted} cannot be reached with the keyboard")


def test_what_has_the_focus_is_seen(gateway, open_page, shoot):
    page = open_page(gateway.url)
    expect(page.locator("#start")).to_be_visible()
    page.locator("#file").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    outline = "getComputedStyle(document.querySelector('#drop .button')).outlineStyle"
    assert page.evaluate(outline) == "solid"
    shoot(page, "focus")
