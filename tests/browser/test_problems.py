"""Problems are shown as a sentence with the next step."""

import pytest
from playwright.sync_api import expect

from steps.errors import COLAB
from tests.support.gateway_process import fasta


def test_an_embedding_server_that_is_away_offers_the_notebook(
    gateway, biocentral, open_page, shoot
):
    biocentral.fault = "version"
    try:
        page = open_page(f"{gateway.url}/#{gateway.submit(fasta(20, seed=3), embedders='esm2_8m')}")
        expect(page.locator("#problem-code")).to_contain_text("BIOCENTRAL_UNAVAILABLE")
    finally:
        biocentral.fault = None
    notebook = page.get_by_role("link", name="Open the notebook in Colab")
    expect(notebook).to_have_attribute("href", COLAB)
    expect(page.locator("#problem-next")).to_contain_text("choose another embedder")
    shoot(page, "biocentral-unavailable")
    page.reload()
    expect(notebook).to_be_visible()


def test_failed_run_shows_reason_and_remedy(gateway, open_page, shoot):
    same = "".join(f">P{i}\nMKVLA\n" for i in range(20))
    page = open_page(f"{gateway.url}/#{gateway.submit(same)}")
    expect(page.locator("#problem-code")).to_contain_text("NO_VARIATION")
    expect(page.locator("#problem-text")).to_contain_text("the same embedding")
    expect(page.get_by_role("link", name="Start again")).to_be_visible()
    assert page.get_by_role("link", name="Open the notebook").count() == 0
    shoot(page, "failed")


@pytest.mark.parametrize(
    ("job", "title"), [("0" * 32, "There is no such job"), ("x", "This is no address of a job")]
)
def test_address_of_no_job_shows_its_title(gateway, open_page, job, title):
    page = open_page(f"{gateway.url}/#{job}")
    expect(page.locator("#problem-title")).to_have_text(title)
    page.get_by_role("link", name="Start again").click()
    expect(page.locator("#start")).to_be_visible()


def test_unreachable_server_is_shown_when_sending(start_gateway, open_page):
    gateway = start_gateway()
    page = open_page(gateway.url)
    content = {"name": "a.fasta", "mimeType": "", "buffer": fasta(20).encode()}
    page.set_input_files("#file", content)
    expect(page.locator("#submit")).to_be_enabled()
    gateway.kill()
    page.locator("#submit").click()
    expect(page.locator("#refusal")).to_contain_text("The server cannot be reached.")


def test_rate_limit_shows_how_long_to_wait(start_gateway, open_page):
    gateway = start_gateway(PREP_RATE_LIMIT="1/15minutes")
    gateway.submit()
    page = open_page(gateway.url)
    page.get_by_role("button", name="Take the example").click()
    page.get_by_role("button", name="Make the map").click()
    expect(page.locator("#refusal")).to_contain_text("Too many uploads from your address")
    expect(page.locator("#source")).to_contain_text("240 sequences")


@pytest.mark.parametrize("job", ["", "a job"])
def test_a_page_whose_server_was_away_can_try_again(start_gateway, open_page, job):
    gateway = start_gateway()
    address = f"{gateway.url}/#{gateway.submit() if job else ''}"
    page = open_page(f"{gateway.url}/#{'0' * 32}")
    expect(page.locator("#problem")).to_be_visible()
    gateway.kill()
    page.evaluate("address => { location = address; }", address)
    expect(page.locator("#problem-title")).to_have_text("The server does not answer")
    gateway.start()
    page.get_by_role("link", name="Try again").click()
    expect(page.locator("#result" if job else "#start")).to_be_visible()
