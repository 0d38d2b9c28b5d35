"""The page in a real browser, with a real gateway, real runs and a fake Biocentral behind it."""

import re
import shutil
import time

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.fakes.biocentral import FakeBiocentral
from tests.support.browsing import CELL, EXAMPLE, seeds
from tests.support.gateway_process import ROOT, Gateway, fasta
from tests.support.snakemake_run import succeed
from tests.support.waiting import PATIENCE_SECONDS

SHOTS = ROOT / "screenshots"
_PATIENCE = PATIENCE_SECONDS * 1000
expect.set_options(timeout=_PATIENCE)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.parent.name == "browser":
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium):
    """Open pages, each in a browser profile of its own; a fault in their scripts is a failure."""
    contexts, faults = [], []

    def note(message):
        if message.type == "error" and "Failed to load resource" not in message.text:
            faults.append(message.text)

    def start(address, **options):
        contexts.append(
            chromium.new_context(**({"viewport": {"width": 1180, "height": 860}} | options))
        )
        contexts[-1].set_default_timeout(_PATIENCE)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", note)
        page.goto(address)
        return page

    yield start
    for context in contexts:
        context.close()
    assert not faults


@pytest.fixture(scope="session")
def shoot():
    """Keep a picture of a page for people to look at."""
    SHOTS.mkdir(exist_ok=True)

    def keep(page, name):
        page.screenshot(path=SHOTS / f"{name}.png", full_page=True, animations="disabled")

    keep.folder = SHOTS
    return keep


@pytest.fixture
def start_gateway(tmp_path):
    """Start gateways with settings of a test's own."""
    started = []

    def start(name="runs", **settings):
        started.append(Gateway(tmp_path / name, **settings).start())
        return started[-1]

    yield start
    for gateway in started:
        gateway.stop()


@pytest.fixture(scope="session")
def biocentral():
    with FakeBiocentral() as fake:
        yield fake


@pytest.fixture(scope="session")
def gateway(tmp_path_factory, biocentral):
    """One gateway with ordinary settings, shared by tests that leave nothing behind."""
    settings = {"PREP_DOWNLOAD_GRACE_SECONDS": "600", "PREP_BIOCENTRAL_URL": biocentral.url}
    shared = Gateway(tmp_path_factory.mktemp("browser") / "runs", **settings)
    yield shared.start()
    shared.stop()


@pytest.fixture(scope="session")
def done(gateway):
    """The id of a finished run of the example."""
    answer = gateway.post(EXAMPLE.read_bytes(), name="families.fasta")
    job_id = answer.json()["job_id"]
    assert gateway.finish(job_id)["event"] == "done"
    return job_id


@pytest.fixture
def result(gateway, done, open_page):
    """The page of that run, its map drawn."""
    page = open_page(f"{gateway.url}/#{done}")
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")
    return page


@pytest.fixture
def endless(biocentral):
    """Let embedding come near its end, however fast the machine, and no further until called."""

    def end():
        biocentral.clock, biocentral.seconds_per_sequence = time.monotonic, 0.0

    began, before = time.monotonic(), biocentral.polls
    # A task takes 4 seconds, and each look at it is half a second later.
    biocentral.clock = lambda: began + min(3.95, (biocentral.polls - before) / 2)
    biocentral.seconds_per_sequence = 0.1
    yield end
    end()


@pytest.fixture
def slow_run(gateway, endless):
    """The id of a run that embeds until `endless` is called."""
    job_id = gateway.submit(fasta(40, seed=next(seeds)), embedders="esm2_8m")
    yield job_id
    gateway.client.delete(f"/api/prepare/{job_id}")


@pytest.fixture(scope="session")
def html_file(tmp_path_factory):
    """The file of a run of the example, with a table whose cells are markup, and a colour."""
    folder = tmp_path_factory.mktemp("html")
    identifiers = re.findall(r"^>(\S+)", EXAMPLE.read_text(), re.M)
    cells = [CELL if n % 2 else "plain; and | more" for n in range(len(identifiers))]
    rows = "".join(f"{name}\t{cell}\n" for name, cell in zip(identifiers, cells, strict=True))
    (folder / "own <img src=x.tsv").write_text("identifier\tmarkup\n" + rows)
    (folder / "styles.json").write_text('{"organism": {"colors": {"Exemplum album": "#aa1177"}}}')
    annotations = f"header,sequence,{folder / 'own <img src=x.tsv'}"
    own = {"annotations": annotations, "styles": folder / "styles.json"}
    succeed(folder, input=EXAMPLE, embedders="composition", **own)
    return folder / "results" / "families" / "families.html"
