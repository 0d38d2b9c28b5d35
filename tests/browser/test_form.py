"""The form: a file is taken, read and checked before anything is sent."""

import gzip
import re

import pytest
from playwright.sync_api import expect

from steps.errors import COLAB
from tests.support.browsing import EXAMPLE
from tests.support.gateway_process import fasta
from tests.support.waiting import wait_until

DROP = """(zone, texts) => {
    const data = new DataTransfer();
    for (const text of texts) data.items.add(new File([text], "dropped.fasta"));
    zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true}));
}"""


@pytest.fixture
def form(gateway, open_page):
    page = open_page(gateway.url)
    expect(page.locator("#start")).to_be_visible()
    return page


def choose(page, content, name="mine.fasta"):
    content = content.encode() if isinstance(content, str) else content
    page.set_input_files("#file", {"name": name, "mimeType": "", "buffer": content})


def is_taken(page, text):
    expect(page.locator("#source")).to_contain_text(text)
    expect(page.locator("#submit")).to_be_enabled()


def is_refused(page, text):
    expect(page.locator("#refusal")).to_contain_text(text)
    expect(page.locator("#submit")).to_be_disabled()


def test_a_file_is_chosen_and_its_sequences_are_counted(form, shoot):
    shoot(form, "form-empty")
    choose(form, EXAMPLE.read_bytes())
    is_taken(form, "240 sequences, 48,995 residues")
    shoot(form, "form-with-file")


def test_a_file_chosen_before_the_page_is_ready_is_taken(form):
    held = []
    form.route("**/api/options", lambda route: held.append(route), times=1)
    with form.expect_request("**/api/options"):
        form.reload()
    choose(form, fasta(21))
    held[0].continue_()
    is_taken(form, "21 sequences")


def test_a_file_is_dropped(form):
    form.locator("#drop").evaluate(DROP, [fasta(21)])
    is_taken(form, "21 sequences")


def test_two_files_at_once_are_refused(form):
    form.locator("#drop").evaluate(DROP, [fasta(21), fasta(22)])
    is_refused(form, "Drop one file at a time.")


def test_sequences_are_pasted(form):
    form.get_by_role("button", name="Paste sequences").click()
    form.get_by_label("Sequences in FASTA format").fill(fasta(22))
    form.get_by_role("button", name="Use these sequences").click()
    is_taken(form, "22 sequences")


def test_a_gzip_file_is_read_and_counted_unpacked(form):
    choose(form, gzip.compress(fasta(23).encode()), "mine.fasta.gz")
    is_taken(form, "23 sequences")


def test_gzip_that_a_browser_cannot_read_is_left_to_the_server(form):
    two_members = gzip.compress(fasta(12).encode()) + gzip.compress(fasta(24)[:-1].encode())
    choose(form, two_members, "blocks.fasta.gz")
    is_taken(form, "the server will check it")


def test_the_example_is_taken(form):
    form.get_by_role("button", name="Take the example").click()
    is_taken(form, "240 sequences")


def test_a_bad_file_is_refused_in_a_sentence_and_nothing_is_sent(form, shoot):
    sent = []
    form.on("request", lambda request: sent.append(request.method))
    choose(form, fasta(20).replace("P7\n", "P7\n1"))
    is_refused(form, "Record P7, line 16: '1' is not an amino-acid letter.")
    shoot(form, "form-refused")
    assert "POST" not in sent


def test_a_file_above_a_limit_shows_where_larger_ones_go(form, shoot):
    choose(form, fasta(1501, 5))
    is_refused(form, "There are more than 1,500 sequences")
    expect(form.get_by_role("link", name="open it in Colab")).to_have_attribute("href", COLAB)
    expect(form.locator("#larger pre")).to_contain_text("snakemake --profile profiles/slurm")
    shoot(form, "form-too-many")


def test_the_likely_time_comes_from_this_servers_jobs(gateway, done, open_page):
    page = open_page(gateway.url)
    choose(page, fasta(30))
    expect(page.locator("#estimate")).to_contain_text(
        re.compile(r"Likely about \d+\s(s|minutes?), by \d+ earlier")
    )
    page.get_by_text("Embedder", exact=True).first.click()
    page.get_by_label("ESM-2, 650M").check()
    expect(page.locator("#estimate")).to_contain_text("there is no estimate. At most 7")


def test_each_choice_has_a_line_of_help_and_is_sent(form, gateway):
    choose(form, fasta(24))
    for summary in form.locator("#choices summary").all():
        summary.click()
    helps = form.locator(".choice .help").all_text_contents()
    assert len(helps) == form.locator(".choice").count() > 15 and all(helps)
    form.get_by_label("PCA", exact=True).uncheck()
    form.get_by_label("UMAP", exact=True).uncheck()
    form.get_by_role("button", name="Make the map").click()
    expect(form.locator("#refusal")).to_have_text("Choose at least one under Projections.")
    form.get_by_label("MDS").check()
    form.get_by_role("button", name="Make the map").click()
    form.wait_for_url(re.compile("#[0-9a-f]{32}$"))
    asked = gateway.client.get(f"/api/prepare/{form.url[-32:]}").json()
    assert (asked["methods"], asked["file_name"]) == (["mds2"], "mine.fasta")


def test_result_can_be_kept_after_a_download(start_gateway, open_page):
    gateway = start_gateway(PREP_DOWNLOAD_GRACE_SECONDS="0", PREP_SWEEP_INTERVAL_SECONDS="1")
    page = open_page(gateway.url)
    expect(page.locator("#keeping")).to_contain_text("after you have downloaded it")
    page.get_by_label("Keep the result").check()
    expect(page.locator("#keeping")).not_to_contain_text("downloaded")
    choose(page, fasta(21))
    page.get_by_role("button", name="Make the map").click()
    with page.expect_download():
        page.get_by_role("link", name="Download the bundle").click()
    job = page.url.partition("#")[2][:32]
    wait_until(lambda: gateway.state(job)["delivered"])
    page.reload()
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "21")
    expect(page.locator("#expiry")).to_contain_text(re.compile(r"(minutes|hour) from now\. Then"))


def test_operator_decides_what_is_kept_by_default(start_gateway, open_page):
    gateway = start_gateway(PREP_DELETE_AFTER_DOWNLOAD="false")
    page = open_page(gateway.url)
    expect(page.get_by_label("Keep the result")).to_be_checked()
    page.get_by_label("Keep the result").uncheck()
    choose(page, fasta(22))
    page.get_by_role("button", name="Make the map").click()
    expect(page.locator("#result")).to_be_visible()
    job = page.url.partition("#")[2][:32]
    assert gateway.client.get(f"/api/prepare/{job}").json()["keep"] is False


def test_limits_choices_and_retention_are_those_of_the_server(start_gateway, open_page):
    settings = {"PREP_SEQUENCE_MIN_COUNT": "3", "PREP_SEQUENCE_MAX_COUNT": "7"}
    settings |= {"PREP_SEQUENCE_MAX_RESIDUES": "99", "PREP_DOWNLOAD_GRACE_SECONDS": "180"}
    settings |= {"PREP_ALLOWED_METHODS": "mds2", "PREP_METHODS": "umap2:n_neighbors=5"}
    settings |= {"PREP_ALLOWED_EMBEDDERS": "ankh_base", "PREP_BUNDLE_TTL_SECONDS": "1200"}
    page = open_page(start_gateway(**settings).url)
    expect(page.locator("#limits")).to_contain_text("3 to 7 protein sequences, each of up to 99")
    expect(page.locator("#keeping")).to_contain_text(re.compile(r"20\sminutes after .* 3\sminutes"))
    expect(page.locator("#choices")).to_contain_text("UMAP (n_neighbors 5)")
    assert page.locator("[name=methods]").count() == page.locator("[name=embedders]").count() == 2
    choose(page, fasta(8))
    is_refused(page, "There are more than 7 sequences")
    choose(page, fasta(4, length=100))
    is_refused(page, "has 100 residues; the limit is 99")


def test_a_refusal_of_the_server_is_shown_and_the_file_stays(start_gateway, open_page):
    page = open_page(start_gateway(PREP_API_TOKEN="right").url)
    choose(page, fasta(20))
    page.get_by_label("Token of this server").fill("wrong")
    page.get_by_role("button", name="Make the map").click()
    expect(page.locator("#refusal")).to_contain_text("takes uploads only with a token")
    page.get_by_label("Token of this server").fill("right")
    page.get_by_role("button", name="Make the map").click()
    expect(page.locator("#progress")).to_be_visible()


def test_names_of_files_are_text_on_the_page(form):
    choose(form, fasta(20), "<img src=x onerror=alert(1)>.fasta")
    is_taken(form, "<img src=x onerror=alert(1)>.fasta")
    assert form.locator("#source img").count() == 0
