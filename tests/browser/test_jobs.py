"""The jobs of a browser: listed there alone, and a notification for who asks."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.support.browsing import findings
from tests.support.gateway_process import SLOW, fasta, halt
from tests.support.waiting import wait_until

#: A browser that shows no notification, but notes what it is asked to show.
NOTED = """
    window.shown = [];
    window.asked = 0;
    window.Notification = class {
        static permission = "default";
        static async requestPermission() {
            asked += 1;
            return (Notification.permission = "%s");
        }
        constructor(title, {tag}) { shown.push([title, tag]); }
    };
"""
OFF = """
    Object.defineProperty(window, "localStorage", {get() { throw new DOMException("off"); }});
"""
UNKNOWN = "0" * 32


@pytest.fixture
def prepared(open_page):
    """Open a page in whose browser a script was run before."""

    def start(address, script, **options):
        page = open_page("about:blank", **options)
        page.context.add_init_script(script)
        page.goto(address)
        return page

    return start


def send(page, name="mine.fasta", content=None):
    """Send a file by the form; return the id of its job."""
    file = {"name": name, "mimeType": "", "buffer": (content or fasta(20)).encode()}
    page.set_input_files("#file", file)
    page.get_by_role("button", name="Make the map").click()
    page.wait_for_url(re.compile("#[0-9a-f]{32}"))
    return page.url.partition("#")[2][:32]


def listed(page):
    return page.locator("#mine-list li")


def test_job_is_listed_with_its_state_and_until_when_it_is_kept(gateway, open_page, shoot):
    page = open_page(gateway.url)
    expect(page.locator("#start")).to_be_visible()
    expect(page.locator("#mine")).to_be_hidden()
    job = send(page)
    expect(page.locator("#result")).to_be_visible()
    page.get_by_role("link", name="Protein space").click()
    expect(listed(page)).to_contain_text(
        re.compile(r"mine\.fasta.*, done, kept until \d.*(1\shour|5\d\sminutes)")
    )
    shoot(page, "jobs")
    page.get_by_role("link", name="mine.fasta").click()
    expect(page.locator("#result-title")).to_have_text("mine.fasta")
    assert page.url.partition("#")[2].startswith(job)


def test_job_that_ends_meanwhile_is_shown_as_what_it_became(start_gateway, open_page):
    gateway = start_gateway(PREP_MAX_CONCURRENT_JOBS="1")
    blocker = gateway.submit(fasta(60), **SLOW)
    halt(gateway, blocker)
    page = open_page(gateway.url)
    job = send(page)
    page.get_by_role("link", name="Protein space").click()
    expect(listed(page)).to_contain_text("waits")
    gateway.client.delete(f"/api/prepare/{job}")
    expect(listed(page)).to_contain_text("cancelled")
    gateway.client.delete(f"/api/prepare/{blocker}")


def test_job_that_the_server_does_not_know_any_more_has_no_link(gateway, prepared):
    stored = f"""[{{"id": "{UNKNOWN}", "name": "<b>old</b>.fasta", "submitted": Date.now() / 1000,
                  "state": "done", "expires": null}}, {{"id": "odd"}}, null]"""
    page = prepared(gateway.url, f"localStorage.setItem('jobs', JSON.stringify({stored}))")
    expect(listed(page)).to_have_count(1)
    expect(listed(page)).to_contain_text("<b>old</b>.fasta")
    expect(listed(page)).to_contain_text("removed from the server")
    expect(listed(page).get_by_role("link")).to_have_count(0)


def test_job_of_the_day_before_is_forgotten(gateway, prepared):
    old = f"[{{id: '{UNKNOWN}', name: 'old', submitted: Date.now() / 1000 - 90000, state: 'done'}}]"
    page = prepared(gateway.url, f"localStorage.setItem('jobs', JSON.stringify({old}))")
    expect(page.locator("#start")).to_be_visible()
    assert page.evaluate("localStorage.getItem('jobs')") == "[]"


def test_job_is_removed_from_the_list_and_not_from_the_server(gateway, open_page):
    page = open_page(gateway.url)
    job = send(page)
    expect(page.locator("#result")).to_be_visible()
    page.get_by_role("link", name="Protein space").click()
    page.get_by_role("button", name="Remove mine.fasta from the list").click()
    expect(page.locator("#mine")).to_be_hidden()
    assert page.evaluate("localStorage.getItem('jobs')") == "[]"
    assert gateway.client.get(f"/api/prepare/{job}").json()["status"] == "done"


@pytest.mark.parametrize("script", [OFF, "localStorage.setItem('jobs', '{')"])
def test_browser_without_storage_lists_jobs_as_long_as_the_page_is_open(gateway, prepared, script):
    page = prepared(gateway.url, script)
    send(page)
    expect(page.locator("#result")).to_be_visible()
    page.get_by_role("link", name="Protein space").click()
    expect(listed(page)).to_contain_text("mine.fasta")


def test_focus_stays_on_a_list_that_is_asked_for_again(gateway, prepared, slow_run):
    script = f"""localStorage.setItem('jobs', JSON.stringify([{{id: '{slow_run}', name: 'slow',
                 submitted: Date.now() / 1000, state: 'queued', expires: null, notify: false}}]))"""
    page = prepared(gateway.url, script)
    expect(listed(page)).to_contain_text("runs")
    button = page.get_by_role("button", name="Remove slow from the list")
    button.focus()
    with page.expect_response(f"**/api/prepare/{slow_run}"):
        pass
    page.wait_for_timeout(300)
    expect(button).to_be_focused()


def test_job_of_another_browser_is_not_listed(gateway, done, open_page):
    page = open_page(f"{gateway.url}/#{done}")
    expect(page.locator("#result")).to_be_visible()
    page.get_by_role("link", name="Protein space").click()
    expect(page.locator("#start")).to_be_visible()
    expect(page.locator("#mine")).to_be_hidden()


def test_server_is_asked_for_single_jobs_alone(gateway, open_page):
    page, asked = open_page(gateway.url), []
    job = send(page)
    expect(page.locator("#result")).to_be_visible()
    page.on("request", lambda request: asked.append(request.url.removeprefix(gateway.url)))
    with page.expect_request(f"**/api/prepare/{job}"):
        page.get_by_role("link", name="Protein space").click()
    asked = {path for path in asked if path.startswith("/api")}
    assert asked == {"/api/options", f"/api/prepare/{job}"}


def test_end_is_notified_to_who_asked_for_it(gateway, prepared, slow_run, endless, shoot):
    page = prepared(f"{gateway.url}/#{slow_run}", NOTED % "granted")
    button = page.get_by_role("button", name="Notify me")
    expect(button).to_have_attribute("aria-pressed", "false")
    assert page.evaluate("asked") == 0
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    shoot(page, "notify")
    endless()
    expect(page.locator("#result")).to_be_visible()
    assert page.evaluate("shown") == [["my proteins.fasta: the map is ready", slow_run]]
    (job,) = json.loads(page.evaluate("localStorage.getItem('jobs')"))
    assert (job["state"], job["notify"]) == ("done", False)


@pytest.mark.parametrize("place", ["", "another job"])
def test_end_is_notified_wherever_the_page_is(gateway, done, prepared, slow_run, place):
    page = prepared(f"{gateway.url}/#{slow_run}", NOTED % "granted")
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("button", name="Notify me")).to_have_attribute("aria-pressed", "true")
    page.evaluate("place => { location.hash = place; }", done if place else "")
    expect(page.locator("#result" if place else "#mine")).to_be_visible()
    gateway.client.delete(f"/api/prepare/{slow_run}")
    wait_until(lambda: page.evaluate("shown.length"))
    assert page.evaluate("shown") == [["my proteins.fasta: the job was cancelled", slow_run]]


def test_nobody_is_notified_who_did_not_ask(gateway, prepared, slow_run, endless):
    page = prepared(f"{gateway.url}/#{slow_run}", NOTED % "granted")
    expect(page.get_by_role("button", name="Notify me")).to_be_visible()
    endless()
    expect(page.locator("#result")).to_be_visible()
    assert page.evaluate("[asked, shown]") == [0, []]


def test_browser_that_allows_no_notification_is_said(gateway, prepared, slow_run, endless):
    page = prepared(f"{gateway.url}/#{slow_run}", NOTED % "denied")
    page.get_by_role("button", name="Notify me").click()
    expect(page.locator("#notify-said")).to_contain_text("does not allow")
    expect(page.get_by_role("button", name="Notify me")).to_have_attribute("aria-pressed", "false")
    endless()
    expect(page.locator("#result")).to_be_visible()
    assert page.evaluate("shown") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_list_can_be_read_by_all(gateway, prepared, shoot, scheme):
    job = "{id: String(n).repeat(32), name: 'proteins of ' + 'many '.repeat(9 * n) + '.fasta'"
    job += ", submitted: Date.now() / 1000, state: ['failed', 'done'][n], expires: null}"
    script = f"localStorage.setItem('jobs', JSON.stringify([0, 1].map((n) => ({job}))))"
    phone = {"viewport": {"width": 390, "height": 844}, "color_scheme": scheme}
    page = prepared(gateway.url, script, **phone)
    expect(listed(page)).to_have_count(2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator("#mine").scroll_into_view_if_needed()
    shoot(page, f"jobs-phone-{scheme}")
    assert findings(page) == []
