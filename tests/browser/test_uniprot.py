"""Proteins of UniProt on the page: accessions that are pasted, and a query."""

import pytest
from playwright.sync_api import expect

from tests.fakes.web import FakeWeb
from tests.support.gateway_process import Gateway

ACCESSIONS = [f"P{number}" for number in range(10000, 10030)]
QUERY = "(family:phospholipase) AND (reviewed:true)"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("uniprot")
    with FakeWeb() as web:
        web.hits[QUERY] = ACCESSIONS
        gateway = Gateway(
            folder / "runs",
            PREP_ALLOWED_INPUTS="file,accessions,query",
            PREP_METHODS="pca2",
            HOME=str(folder),
            **web.environment,
        )
        yield gateway.start()
        gateway.stop()


@pytest.fixture
def form(server, open_page):
    return open_page(server.url)


def test_pasted_accessions_become_a_job(form):
    form.get_by_role("button", name="Paste sequences").click()
    form.get_by_label("or UniProt accessions").fill("# mine\n" + "\n".join(ACCESSIONS))
    form.get_by_role("button", name="Use these sequences").click()
    expect(form.locator("#source")).to_contain_text("30 accessions")
    form.locator("#submit").click()
    expect(form.locator("#result-what")).to_contain_text("30 proteins")


def test_query_becomes_a_job(form):
    form.get_by_role("button", name="Search UniProt").click()
    form.get_by_label("Query, as on uniprot.org").fill(QUERY)
    form.get_by_label("Query, as on uniprot.org").press("Enter")
    expect(form.locator("#source")).to_contain_text(QUERY)
    form.locator("#submit").click()
    expect(form.locator("#result-what")).to_contain_text("30 proteins")


def test_refused_query_is_a_sentence_at_the_form(form):
    form.get_by_role("button", name="Search UniProt").click()
    form.get_by_label("Query, as on uniprot.org").fill("(famly:x)")
    form.get_by_role("button", name="Use this query").click()
    form.locator("#submit").click()
    expect(form.locator("#refusal")).to_contain_text("'famly' is not a valid search field")


def test_page_offers_what_the_server_takes(gateway, open_page):
    page = open_page(gateway.url)
    page.get_by_role("button", name="Paste sequences").click()
    expect(page.locator("#text-label")).to_have_text("Sequences in FASTA format")
    expect(page.get_by_role("button", name="Search UniProt")).to_be_hidden()
