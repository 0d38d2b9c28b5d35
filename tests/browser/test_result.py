"""A finished job: its map can be read in every way, and taken home."""

import re

import pytest
from playwright.sync_api import expect
from protspace.data.io.bundle import read_bundle_contents

from tests.support.browsing import EXAMPLE, INK, look
from tests.support.gateway_process import ROOT, fasta
from tests.support.waiting import wait_until

PLACE = """async ([index, projection]) => {
    const {preview} = await import("/web/api.js");
    const {View} = await import("/viewer/view.js");
    const {x, y} = (await preview(location.hash.slice(1).split("?")[0])).projections[projection];
    const canvas = document.getElementById("canvas");
    const view = new View();
    view.fit(x, y, canvas.clientWidth, canvas.clientHeight);
    const [left, top] = view.place(x[index], y[index]);
    return {x: left, y: top};
}"""

#: Milliseconds of a frame in which the map is zoomed, drawn and read back.
FRAMES = """async () => {
    const canvas = document.getElementById("canvas");
    const turn = {deltaY: -20, clientX: 300, clientY: 400, bubbles: true, cancelable: true};
    const started = performance.now();
    for (let frame = 0; frame < 30; frame += 1) {
        canvas.dispatchEvent(new WheelEvent("wheel", turn));
        await new Promise(requestAnimationFrame);
        canvas.getContext("webgl2").finish();
    }
    return (performance.now() - started) / 30;
}"""
#: How long the bundle is kept, some seconds after it was made.
AN_HOUR = re.compile(r"work until .*, (1\shour|5\d\sminutes) from now")


def place(page, index, projection=0):
    return page.evaluate(PLACE, [index, projection])


def test_the_map_is_drawn_and_coloured_with_a_legend(result, shoot):
    expect(result.locator("#legend .ends span").first).to_be_visible()
    shoot(result, "result")
    result.select_option("#colour", "organism")
    assert result.locator("#canvas").evaluate(INK) > 2000
    entries = result.locator("#legend .entry")
    counts = [int(text) for text in entries.locator(".number").all_text_contents()]
    assert sum(counts) == 240 and counts == sorted(counts, reverse=True)


def test_point_shows_its_identifier_and_annotation(result, gateway, done):
    result.select_option("#colour", "length")
    result.locator("#canvas").hover(position=place(result, 5))
    preview = gateway.client.get(f"/api/prepare/{done}/preview").json()
    lengths = next(
        found["numbers"] for found in preview["annotations"] if found["name"] == "length"
    )
    lines = result.locator("#tip > *").all_text_contents()
    named, shown = lines[0], re.fullmatch(r"length: (\d+)", lines[-1])[1]
    organism = next(each for each in preview["annotations"] if each["name"] == "organism")
    assert organism["labels"][organism["codes"][preview["identifiers"].index(named)]] in lines
    assert lengths[preview["identifiers"].index(named)] == int(shown)


def test_click_shows_all_that_is_known_of_a_protein(result):
    result.locator("#canvas").click(position=place(result, 100))
    expect(result.locator("#protein h3")).to_have_text(re.compile(r"SIM\d+"))
    expect(result.locator("#protein")).to_contain_text("organism")
    expect(result.locator("#protein")).to_contain_text("isoelectric point")


def test_projection_and_colour_are_picked(result, shoot):
    seen = {look(result)}
    result.select_option("#projection", "composition — PCA 2")
    seen.add(look(result))
    result.select_option("#colour", "gravy")
    expect(result.locator("#legend h3")).to_have_text("gravy")
    expect(result.locator("#legend .ends")).to_have_text(re.compile(r"^≤ -0\.\d+.*≥ 0\.\d+$"))
    seen.add(look(result))
    shoot(result, "result-numbers")
    result.select_option("#colour", "")
    seen.add(look(result))
    assert len(seen) == 4


def test_wheel_drag_and_buttons_zoom_and_move(result):
    seen = [look(result)]
    box = result.locator("#canvas").bounding_box()
    result.mouse.move(box["x"] + 200, box["y"] + 200)
    result.mouse.wheel(0, -300)
    seen.append(look(result))
    result.mouse.down()
    result.mouse.move(box["x"] + 300, box["y"] + 260, steps=4)
    result.mouse.up()
    seen.append(look(result))
    result.get_by_role("button", name="Zoom out").click()
    seen.append(look(result))
    assert len(set(seen)) == 4
    result.get_by_role("button", name="Show all").click()
    assert look(result) == seen[0]


def test_a_legend_entry_selects_its_proteins(result):
    result.select_option("#colour", "organism")
    before = look(result)
    entry = result.locator("#legend .entry").first
    entry.press("Enter")
    expect(entry).to_have_attribute("aria-pressed", "true")
    assert look(result) != before
    entry.press("Enter")
    assert look(result) == before


def test_what_is_searched_is_counted_lit_and_listed(result, shoot):
    before = look(result)
    result.get_by_label("Find").fill("sim000")
    expect(result.locator("#announce")).to_have_text("9 proteins found")
    expect(result.locator("#matches")).to_have_text("9 proteins found")
    assert look(result) != before
    result.get_by_text("The same as a table").click()
    expect(result.locator("#table tbody tr")).to_have_count(9)
    shoot(result, "result-table")


def test_the_keyboard_alone_reads_the_map(result):
    seen = [look(result)]
    result.locator("#canvas").focus()
    for key in ("+", "Shift+ArrowLeft", "-", "0"):
        result.keyboard.press(key)
        seen.append(look(result))
    assert len(set(seen)) == 4 and seen[-1] == seen[0]
    summary = result.get_by_text("The same as a table")
    summary.press("Enter")
    result.get_by_role("button", name="Next").press("Enter")
    expect(result.locator("#table [role=status]")).to_have_text("21 to 40 of 240")
    result.locator("#table tbody button").first.press("Enter")
    expect(result.locator("#protein h3")).to_have_text("SIM0021")


def test_the_bundle_is_downloaded_and_the_link_then_expires_sooner(start_gateway, open_page, shoot):
    gateway = start_gateway(PREP_DOWNLOAD_GRACE_SECONDS="20")
    job = gateway.submit(fasta(20), methods="pca2,mds2")
    page = open_page(f"{gateway.url}/#{job}")
    expect(page.locator("#expiry")).to_contain_text(AN_HOUR)
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download the bundle").click()
    assert begun.value.suggested_filename == "my proteins.parquetbundle"
    expect(page.locator("#bundle-name")).to_have_text(begun.value.suggested_filename)
    content = begun.value.path().read_bytes()
    assert read_bundle_contents(content, warn_legacy=False).annotations.num_rows == 20
    expect(page.locator("#expiry")).to_contain_text(re.compile(r" [12]?\d\ss from now"))
    expect(page.locator("#expiry")).to_contain_text("has removed it by now")
    page.select_option("#projection", "composition — MDS 2")
    wait_until(lambda: gateway.state(job)["status"] == "expired")
    page.reload()
    expect(page.locator("#problem-title")).to_have_text("This result has been removed")
    shoot(page, "expired")


def test_table_is_downloaded_and_the_bundle_stays(start_gateway, open_page, shoot):
    gateway = start_gateway(PREP_DOWNLOAD_GRACE_SECONDS="20")
    job = gateway.submit(fasta(20), methods="pca2,mds2")
    assert gateway.finish(job)["event"] == "done"
    page = open_page(f"{gateway.url}/#{job}")
    with page.expect_download() as begun:
        page.get_by_role("link", name="Download a table").click()
    assert begun.value.suggested_filename == "my proteins.tsv"
    lines = begun.value.path().read_text().splitlines()
    assert lines[0].startswith("protein_id\tcomposition — PCA 2_x\tcomposition — PCA 2_y")
    assert len(lines) == 21 and gateway.state(job)["delivered"] is None
    expect(page.locator("#expiry")).to_contain_text(AN_HOUR)
    shoot(page, "result-table-download")


def test_html_file_is_downloaded_and_shows_the_same_map(result, gateway, done, open_page, tmp_path):
    with result.expect_download() as begun:
        result.get_by_role("link", name="Download the HTML file").click()
    assert begun.value.suggested_filename == "families.html"
    begun.value.save_as(tmp_path / "families.html")
    assert gateway.state(done)["delivered"] is None
    page = open_page((tmp_path / "families.html").as_uri())
    expect(page.locator("#title")).to_have_text("families")
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")


def test_selection_is_saved_as_fasta(result):
    result.select_option("#colour", "organism")
    result.locator("#legend .entry").first.press("Enter")
    with result.expect_download() as begun:
        result.get_by_role("button", name="Save FASTA").click()
    records = begun.value.path().read_text().split(">")[1:]
    given = {residues_of(record) for record in EXAMPLE.read_text().split(">")[1:]}
    assert 0 < len(records) < 240
    assert {residues_of(record) for record in records} <= given


def residues_of(record) -> str:
    return "".join(record.partition("\n")[2].split())


def test_protspace_is_a_button_with_instructions(result):
    link = result.get_by_role("link", name="Open ProtSpace")
    expect(link).to_have_attribute("href", "https://protspace.app/explore")
    assert "noopener" in link.get_attribute("rel") and link.get_attribute("target") == "_blank"
    expect(result.locator(".home ol")).to_contain_text("families.parquetbundle")


def test_how_it_was_made_can_be_read(result, shoot):
    result.get_by_text("How it was made").click()
    shown = result.locator("#provenance")
    for text in (
        "240 sequences, 48,995 residues",
        "composition",
        "Random state",
        "42",
        "snakemake 9.",
    ):
        expect(shown).to_contain_text(text)
    expect(shown).not_to_contain_text(str(ROOT.parent))
    shoot(result, "result-provenance")


def test_warnings_of_the_run_are_shown(gateway, open_page, shoot):
    job = gateway.submit(fasta(20) + ">empty\n", annotations="header,sequence")
    page = open_page(f"{gateway.url}/#{job}")
    expect(page.locator("#warnings")).to_contain_text("empty (line 41)")
    shoot(page, "result-warnings")


def test_annotations_are_text_on_the_page(gateway, open_page):
    records = "".join(
        f">P{i} <b>bold</b> [<i>organism {i % 2}</i>]\nMKVLA{'CDEFGHIKLM'[i % 10]}\n"
        for i in range(20)
    )
    page = open_page(f"{gateway.url}/#{gateway.submit(records, annotations='header')}")
    expect(page.locator("#legend")).to_contain_text("<i>organism 0</i>")
    assert page.locator("#legend i").count() == 0


def test_the_map_is_whole_on_a_small_screen(result, shoot):
    result.set_viewport_size({"width": 1280, "height": 720})
    result.wait_for_timeout(100)
    box = result.locator("#canvas").bounding_box()
    assert box["y"] > 0 and box["y"] + box["height"] <= 720 and box["height"] > 350
    shoot(result, "result-1280")


def test_page_shows_the_ten_nearest_in_the_embedding(result):
    result.get_by_label("Find").fill("SIM0007")
    result.get_by_role("button", name="Next match").click()
    expect(result.locator("#protein .nearest tbody tr")).to_have_count(10)


@pytest.mark.parametrize("width", [390, 1180])
def test_a_result_fits_its_screen(result, shoot, width):
    result.set_viewport_size({"width": width, "height": 844})
    fits = "(width) => document.documentElement.scrollWidth <= width"
    result.wait_for_function(fits, arg=width)
    shoot(result, f"result-{width}")


@pytest.fixture
def phone(gateway, done, open_page):
    """The result on a screen that is touched, and what sends touches at one or two places."""
    page = open_page(
        f"{gateway.url}/#{done}", viewport={"width": 390, "height": 844}, has_touch=True
    )
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")
    page.locator("#canvas").scroll_into_view_if_needed()
    box, session = page.locator("#canvas").bounding_box(), page.context.new_cdp_session(page)

    def touch(kind, *places):
        points = [
            {"x": box["x"] + x, "y": box["y"] + y, "id": n} for n, (x, y) in enumerate(places)
        ]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    return page, touch


def test_tap_shows_a_protein(phone):
    page, _ = phone
    at = place(page, 30)
    page.locator("#canvas").tap(position=at)
    expect(page.locator("#tip")).to_contain_text("SIM")
    expect(page.locator("#protein h3")).to_contain_text("SIM")


def test_two_fingers_zoom(phone):
    page, touch = phone
    before = look(page)
    touch("touchStart", (150, 200), (200, 200))
    for step in range(1, 6):
        touch("touchMove", (150 - 12 * step, 200), (200 + 12 * step, 200))
    touch("touchEnd")
    assert look(page) != before
    page.get_by_role("button", name="Show all").click()
    assert look(page) == before


def test_ten_thousand_points_are_drawn(start_gateway, open_page, shoot):
    gateway = start_gateway(PREP_SEQUENCE_MAX_COUNT="10000")
    lines = fasta(10_000, 60).splitlines()
    records = "".join(
        f"{lines[2 * i]} [organism {i % 9}]\n{lines[2 * i + 1]}\n" for i in range(10_000)
    )
    job = gateway.submit(records, methods="pca2", annotations="header,sequence")
    assert gateway.finish(job)["event"] == "done"
    page = open_page(f"{gateway.url}/#{job}")
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "10000")
    first = page.evaluate("performance.getEntriesByName('points')[0].duration")
    shoot(page, "result-10000")
    assert page.locator("#canvas").evaluate(INK) > 2000
    frame = page.evaluate(FRAMES)
    print(f"10,000 points: {first:.0f} ms, then {frame:.1f} ms a frame while zooming")
