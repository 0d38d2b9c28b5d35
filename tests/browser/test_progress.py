"""A job that waits and runs: what is shown is true, never goes back, and outlives connections."""

import re
import time

import pytest
from playwright.sync_api import expect

from tests.support.browsing import seeds
from tests.support.gateway_process import SLOW, fasta, halt, processes_below
from tests.support.waiting import wait_until

#: Notes all that the page reads of its events, and what it shows of embedding and position.
WITNESS = """
    window.ids = [];
    window.shown = [];
    const Native = window.EventSource;
    window.EventSource = class extends Native {
        constructor(address) {
            super(address);
            for (const name of ["queued", "progress", "done", "error"]) {
                this.addEventListener(name, (event) => {
                    if (event.data) ids.push(Number(event.lastEventId));
                });
            }
        }
    };
    new MutationObserver(() => {
        const now = document.getElementById("now")?.textContent;
        if (now && now !== shown.at(-1)) shown.push(now);
    }).observe(document, {subtree: true, childList: true, characterData: true});
"""


@pytest.fixture
def watched(open_page):
    """Open a page whose witness has seen each event that it got and what it showed."""

    def start(address):
        page = open_page("about:blank")
        page.context.add_init_script(WITNESS)
        page.goto(address)
        return page

    return start


def numbers(shown, pattern):
    return [int(found[1]) for text in shown if (found := re.search(pattern, text))]


def seconds_since_the_start(page):
    minutes, seconds = re.match(r"(\d+):(\d\d)", page.locator("#when").text_content()).groups()
    return 60 * int(minutes) + int(seconds)


def stage(page, name):
    return page.locator("#stages li").filter(has_text=name)


def test_from_the_example_to_the_map(open_page, start_gateway, biocentral, shoot, request):
    gateway = start_gateway(PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=biocentral.url)
    # By this one the time of the next is foretold.
    assert gateway.finish(gateway.submit(fasta(40, seed=next(seeds))))["event"] == "done"
    end = request.getfixturevalue("endless")
    page = open_page(gateway.url)
    page.get_by_role("button", name="Take the example").click()
    page.get_by_role("button", name="Make the map").click()
    expect(stage(page, "Embedding")).to_have_attribute("data-state", "now")
    expect(stage(page, "Embedding")).to_contain_text(re.compile(r"[1-9]\d* of 240"))
    expect(page.locator("#when")).to_contain_text(
        re.compile(r"\d:\d\d since the start\. (About \d+\s(s|minutes?) left|It takes longer than)")
    )
    shoot(page, "progress")
    end()
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")
    expect(page.locator("#result-title")).to_be_focused()


def test_counts_of_a_stage_rise(watched, gateway, slow_run, endless):
    page = watched(f"{gateway.url}/#{slow_run}")
    expect(stage(page, "Embedding")).to_contain_text("36 of 40")
    expect(stage(page, "Embedding").locator("progress")).to_have_attribute("max", "40")
    expect(stage(page, "Embedding").locator(".took")).to_have_text(re.compile(r"\d:\d\d"))
    endless()
    expect(stage(page, "Embedding")).to_have_attribute("data-state", "done")
    done = numbers(page.evaluate("shown"), r"Embedding (\d+) of")
    assert len(set(done)) > 1 and done == sorted(done)


def test_reload_and_another_tab_show_the_same(open_page, gateway, slow_run, shoot):
    address = f"{gateway.url}/#{slow_run}"
    pages = [open_page(address), open_page(address, viewport={"width": 390, "height": 844})]
    expect(stage(pages[0], "Embedding")).to_contain_text(re.compile(r"[1-9]\d? of 40"))
    pages[0].reload()
    for page in pages:
        expect(page.locator("#progress-what")).to_have_text("40 sequences · ESM-2, 8M · PCA")
        expect(stage(page, "Reading sequences")).to_have_attribute("data-state", "done")
        expect(stage(page, "Embedding")).to_contain_text(re.compile(r"[1-9]\d? of 40"))
    # Read one after the other, each from the start of the run and not of its page.
    first, second = (seconds_since_the_start(page) for page in pages)
    assert first - 3 <= second and seconds_since_the_start(pages[0]) >= second - 3
    shoot(pages[1], "progress-phone")


def test_the_position_in_the_queue_moves(watched, start_gateway, shoot):
    gateway = start_gateway(PREP_MAX_CONCURRENT_JOBS="1")
    jobs = [gateway.submit(fasta(60), **SLOW) for _ in range(3)]
    halt(gateway, jobs[0])
    page = watched(f"{gateway.url}/#{jobs[2]}")
    expect(page.locator("#now")).to_have_text("Position 2 in the queue")
    shoot(page, "queue")
    gateway.client.delete(f"/api/prepare/{jobs[1]}")
    expect(page.locator("#now")).to_have_text("Position 1 in the queue")
    gateway.client.delete(f"/api/prepare/{jobs[0]}")
    expect(stage(page, "Reading sequences")).to_have_attribute("data-state", re.compile("now|done"))
    assert numbers(page.evaluate("shown"), r"Position (\d)") == [2, 1]


def test_cancel_ends_the_job_and_its_processes(open_page, gateway, slow_run, shoot):
    page = open_page(f"{gateway.url}/#{slow_run}")
    expect(stage(page, "Embedding")).to_have_attribute("data-state", "now")
    page.get_by_role("button", name="Cancel the job").click()
    expect(page.locator("#problem-title")).to_have_text("The job was cancelled")
    shoot(page, "cancelled")
    assert gateway.state(slow_run)["status"] == "cancelled"
    assert not processes_below(gateway.root / slow_run)
    page.get_by_role("link", name="Start again").click()
    expect(page.locator("#start")).to_be_visible()


def test_restart_of_the_server_is_shown_and_costs_nothing(
    watched, start_gateway, biocentral, endless, shoot
):
    gateway = start_gateway(PREP_BIOCENTRAL_URL=biocentral.url)
    job = gateway.submit(fasta(40, seed=next(seeds)), embedders="esm2_8m")
    page = watched(f"{gateway.url}/#{job}")
    expect(stage(page, "Embedding")).to_contain_text(re.compile(r"[1-9]\d? of 40"))
    before, asked, stopped = page.evaluate("ids.length"), [], time.monotonic()
    page.on("request", lambda request: "/events" in request.url and asked.append(time.monotonic()))
    gateway.end()
    expect(page.locator("#connection")).to_contain_text("The connection to the server is lost")
    shoot(page, "connection-lost")
    endless()
    gateway.start()
    expect(page.locator("#connection")).to_be_hidden()
    expect(page.locator("#result")).to_be_visible()
    # As the gateway said while it stopped; an ordinary cut is mended after 3 s.
    assert asked[0] - stopped > 11
    ids = page.evaluate("ids")
    assert ids == list(range(1, len(list(gateway.events(job))) + 1)) and len(ids) > before
    done = numbers(page.evaluate("shown"), r"Embedding (\d+) of")
    assert done == sorted(done)


def test_a_server_that_is_gone_for_longer_is_found_again(
    open_page, start_gateway, biocentral, endless
):
    gateway = start_gateway(PREP_BIOCENTRAL_URL=biocentral.url)
    job = gateway.submit(fasta(40, seed=next(seeds)), embedders="esm2_8m")
    page = open_page(f"{gateway.url}/#{job}")
    expect(page.locator("#stages li").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('offline'))")
    gateway.kill()
    expect(page.locator("#connection")).to_be_visible()
    gateway.start()
    endless()
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "40")
    wait_until(lambda: page.locator("#connection").is_hidden())
