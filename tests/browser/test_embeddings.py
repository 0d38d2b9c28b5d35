"""Files of embeddings on the page."""

import pytest
from playwright.sync_api import expect

from tests.support.embedding_files import vectors, write
from tests.support.gateway_process import Gateway

NAMES = [f"mine{number}" for number in range(30)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    root = tmp_path_factory.mktemp("embeddings") / "runs"
    gateway = Gateway(
        root,
        PREP_ALLOWED_INPUTS="file,embeddings",
        PREP_EMBEDDINGS_MAX_BYTES="100000",
        PREP_METHODS="pca2",
        PREP_ANNOTATIONS="header",
    )
    yield gateway.start()
    gateway.stop()


@pytest.fixture
def form(server, open_page):
    return open_page(server.url)


def test_file_becomes_a_job_without_an_embedder(form, tmp_path):
    path = write(tmp_path / "mine_prot_t5.h5", dict(zip(NAMES, vectors(30), strict=True)))
    form.locator("#file").set_input_files(path)
    expect(form.locator("#source")).to_contain_text("mine_prot_t5.h5")
    expect(form.get_by_text("Embedder", exact=True).first).to_be_hidden()
    form.locator("#submit").click()
    expect(form.locator("#result-what")).to_contain_text("30 proteins")


def test_fasta_file_after_it_has_an_embedder_again(form, tmp_path):
    form.locator("#file").set_input_files(write(tmp_path / "x.h5", {"a": vectors(1)[0]}))
    form.locator("#file").set_input_files({"name": "x.fasta", "mimeType": "", "buffer": b">a\nMKV"})
    expect(form.get_by_text("Embedder", exact=True).first).to_be_visible()


def test_large_file_is_refused_before_it_is_sent(form, tmp_path):
    path = write(tmp_path / "large.h5", {"a": vectors(1, 30_000)[0]})
    form.locator("#file").set_input_files(path)
    expect(form.locator("#refusal")).to_contain_text("the limit for embeddings is")
    expect(form.locator("#submit")).to_be_disabled()


def test_file_that_is_none_is_refused_by_the_server(form, tmp_path):
    (tmp_path / "x.h5").write_text(">a\nMKV\n")
    form.locator("#file").set_input_files(tmp_path / "x.h5")
    form.locator("#submit").click()
    expect(form.locator("#refusal")).to_contain_text("is not HDF5")


def test_file_is_refused_where_the_server_takes_none(gateway, open_page, tmp_path):
    page = open_page(gateway.url)
    page.locator("#file").set_input_files(write(tmp_path / "x.h5", {"a": vectors(1)[0]}))
    expect(page.locator("#refusal")).to_contain_text("This server takes no embeddings.")
    expect(page.locator("#submit")).to_be_disabled()
