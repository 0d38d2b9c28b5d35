"""The HTML file of a run, opened from disk with the network cut."""

import csv
import random
import re

import pytest
from playwright.sync_api import expect

from tests.support.bibtex import read_bibtex
from tests.support.browsing import CELL, findings, look
from tests.support.snakemake_run import EXAMPLE, succeed


@pytest.fixture
def opened(html_file, open_page):
    """Open the file with the network cut; any request but that of the file is a failure."""
    asked = []

    def start(state="", **options):
        page = open_page("about:blank", viewport={"width": 1280, "height": 720}, **options)
        page.context.set_offline(True)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{html_file.as_uri()}{state}")
        expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")
        return page

    yield start
    assert all(address.startswith((html_file.as_uri(), "blob:")) for address in asked), asked


def test_file_opens_from_disk_and_is_whole_on_a_small_screen(opened, shoot):
    page = opened()
    expect(page.locator("#title")).to_have_text("families")
    box = page.locator("#canvas").bounding_box()
    assert box["y"] > 0 and box["y"] + box["height"] <= 720
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    shoot(page, "file")


def test_markup_in_cells_stays_text(opened):
    page = opened()
    page.select_option("#colour", "markup")
    expect(page.locator("#legend")).to_contain_text(CELL)
    page.locator("#canvas").focus()
    for key in ("ArrowRight", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#protein")).to_contain_text("markup")
    assert page.locator("main img").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_values_have_the_colours_of_styles_in_light_and_dark(opened, scheme):
    page = opened("#colour=organism", color_scheme=scheme)
    colour = "(button) => getComputedStyle(button.firstChild).backgroundColor"
    styled = page.get_by_label("Show Exemplum album", exact=True)
    assert styled.evaluate(colour) == "rgb(170, 17, 119)"
    every = page.locator(".eye").evaluate_all(f"(all) => all.map({colour})")
    assert every.count("rgb(170, 17, 119)") == 1


def test_search_counts_lists_and_walks_through_what_it_found(opened, shoot):
    page = opened()
    page.get_by_label("Find").fill("sim000, sim0230")
    expect(page.locator("#matches")).to_have_text("10 proteins found")
    expect(page.locator("#matched li")).to_have_count(10)
    page.get_by_role("button", name="Next match").click()
    expect(page.locator("#matches")).to_have_text("1 of 10")
    page.get_by_role("button", name="Previous match").click()
    expect(page.locator("#matches")).to_have_text("10 of 10")
    expect(page.locator("#protein h3")).to_have_text("SIM0230")
    page.get_by_label("Find").fill("nothing like this")
    expect(page.locator("#matches")).to_have_text("No match for “nothing like this”")
    shoot(page, "file-no-match")


def test_words_of_a_term_may_be_in_different_annotations(opened):
    page = opened()
    page.get_by_label("Find").fill("sim00 plain")
    expect(page.locator("#matches")).to_have_text("50 proteins found")


def test_protein_shows_the_ten_nearest_in_the_embedding(opened, html_file):
    page = opened("#protein=SIM0007")
    rows = page.locator("#protein .nearest tbody tr")
    expect(rows).to_have_count(10)
    distances = [float(text) for text in rows.locator(".number").all_text_contents()]
    assert distances == sorted(distances) and distances[0] > 0
    other = rows.first.get_by_role("button")
    name = other.text_content()
    other.click()
    expect(page.locator("#protein h3")).to_have_text(name)


def drag(page, *places, modifier=None):
    box = page.locator("#canvas").bounding_box()
    if modifier:
        page.keyboard.down(modifier)
    for step, (x, y) in enumerate(places):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=3)
        if not step:
            page.mouse.down()
    page.mouse.up()
    if modifier:
        page.keyboard.up(modifier)


def chosen(page) -> int:
    text = page.locator(".chosen-count").text_content()
    return int(re.sub(r"\D", "", text))


def test_box_and_lasso_select_add_and_take_away(opened, shoot):
    page = opened()
    page.get_by_role("button", name="Box", exact=True).click()
    drag(page, (0.01, 0.01), (0.5, 0.99))
    left = chosen(page)
    drag(page, (0.5, 0.01), (0.99, 0.99), modifier="Shift")
    assert 0 < left < 240 and chosen(page) == 240
    page.get_by_role("button", name="Lasso").click()
    drag(page, (0.5, 0.01), (0.99, 0.01), (0.99, 0.99), (0.5, 0.99), modifier="Alt")
    assert chosen(page) == left
    shoot(page, "file-selection")
    page.get_by_role("button", name="Invert").click()
    assert chosen(page) == 240 - left
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("#selected")).to_be_hidden()


def test_selection_is_isolated_and_compared(opened):
    page = opened()
    page.select_option("#colour", "organism")
    before = look(page)
    entry = page.locator("#legend .entry").first
    name, count = entry.locator("span").all_text_contents()
    entry.click()
    lit = look(page)
    page.get_by_role("button", name="Isolate").click()
    assert len({before, lit, look(page)}) == 3
    row = page.locator(".compared tbody tr").first
    expect(row).to_contain_text(name)
    assert row.locator("td").nth(0).text_content().startswith(count)


def saved(page, button, path):
    with page.expect_download() as begun:
        page.get_by_role("button", name=button).click()
    begun.value.save_as(path)
    return path.read_text()


def test_selection_is_saved_as_table_and_as_fasta(opened, tmp_path):
    page = opened("#colour=organism")
    entry = page.locator("#legend .entry").first
    name, count = entry.locator("span").all_text_contents()
    entry.click()
    table = saved(page, "Save TSV", tmp_path / "rows.tsv").splitlines()
    rows = list(csv.DictReader(table, delimiter="\t"))
    assert len(rows) == int(count) and {row["organism"] for row in rows} == {name}
    records = saved(page, "Save FASTA", tmp_path / "rows.fasta").split(">")[1:]
    first, *lines = records[0].splitlines()
    known = EXAMPLE.read_text().split(first)[1].split(">")[0].split("\n", 1)[1]
    assert len(records) == int(count) and "".join(lines) == known.replace("\n", "")


def test_pasted_identifiers_are_selected_and_unknown_ones_named(opened):
    page = opened()
    page.get_by_role("button", name="By list").click()
    page.get_by_label("Identifiers of proteins").fill("SIM0001, SIM0002\nSIM0003 NOBODY")
    page.get_by_role("dialog").get_by_role("button", name="Select").click()
    expect(page.get_by_role("dialog")).to_contain_text("not on this map: 1 identifier (NOBODY)")
    page.get_by_role("button", name="Close").click()
    assert chosen(page) == 3


def test_values_are_hidden_and_shown_again(opened):
    page = opened()
    page.select_option("#colour", "organism")
    before = look(page)
    eyes = page.locator("#legend .eye")
    eyes.nth(0).click()
    eyes.nth(1).click()
    expect(eyes.nth(1)).to_have_attribute("aria-pressed", "false")
    assert look(page) != before
    eyes.nth(0).click()
    eyes.nth(1).click()
    assert look(page) == before


def test_link_shows_the_same_again(opened):
    page = opened()
    page.select_option("#colour", "organism")
    page.locator("#legend .eye").nth(2).click()
    page.locator("#legend .entry").nth(0).click()
    page.get_by_label("Find").fill("sim01")
    page.get_by_role("button", name="Two maps").click()
    page.get_by_role("button", name="Zoom in").first.click()
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("protein=.*selected="))
    again = opened(f"#{page.url.partition('#')[2]}")
    for canvas in ("#canvas", "#canvas-2"):
        assert look(again, canvas) == look(page, canvas)
    title = page.locator("#protein h3").text_content()
    expect(again.locator("#protein h3")).to_have_text(title)
    assert chosen(again) > 0


def test_damaged_link_shows_the_map_all_the_same(opened):
    page = opened("#map=none&colour=&view=x,1&selected=zz.-1&hidden=a&page=-3&protein=NOBODY")
    expect(page.locator("#legend h3")).to_have_text("")


def test_selection_is_linked_on_two_maps(opened, shoot):
    page = opened()
    page.get_by_role("button", name="Two maps").click()
    expect(page.locator("#projection-2")).not_to_have_value(
        page.locator("#projection").input_value()
    )
    before = look(page, "#canvas-2")
    page.locator("#legend .entry, #canvas").first.focus()
    page.get_by_role("button", name="Box", exact=True).click()
    drag(page, (0.05, 0.05), (0.6, 0.9))
    assert look(page, "#canvas-2") != before
    shoot(page, "file-two-maps")


REGIONS = """async ([xs, ys, codes]) => {
    const {regions, withTotals} = await import("/viewer/regions.js");
    const {View} = await import("/viewer/view.js");
    const view = new View();
    view.fit(xs, ys, 800, 500);
    const annotation = withTotals({labels: ["left", "right", "all over"], codes});
    return regions(view, xs, ys, annotation).map(({text, x}) => [text, x < 0]);
}"""


def test_regions_are_named_by_what_they_have_more_than_others(open_page, gateway):
    page = open_page(gateway.url)
    drawn = random.Random(1)
    sides = [side for side in (-1, 1) for _ in range(300)]
    places = [[10 * side + drawn.gauss(0, 1) for side in sides], [drawn.gauss(0, 1) for _ in sides]]
    codes = [2 if drawn.random() < 0.4 else int(side > 0) for side in sides]
    found = page.evaluate(REGIONS, [*places, codes])
    assert {(text, is_left) for text, is_left in found} == {("left", True), ("right", False)}


def test_names_of_regions_are_written_and_kept_in_the_address(opened, shoot):
    page = opened("#colour=organism&names=1")
    before = look(page, ".overlay")
    shoot(page, "file-names")
    page.get_by_role("button", name="Names").click()
    assert look(page, ".overlay") != before


def test_names_that_numbers_do_not_give_are_explained(opened):
    page = opened("#colour=length&names=1")
    expect(page.locator("#legend")).to_contain_text("values that are no numbers")
    page.select_option("#colour", "organism")
    expect(page.locator("#legend")).not_to_contain_text("values that are no numbers")


def test_contours_are_drawn_explained_and_kept_in_the_address(opened, tmp_path):
    page = opened("#colour=organism")
    before = look(page, ".overlay")
    page.get_by_role("button", name="Contours").click()
    assert look(page, ".overlay") != before
    expect(page.locator("#legend")).to_contain_text("enclose 25, 50, 75 and 95 % of the proteins")
    expect(page).to_have_url(re.compile("contours=1"))
    page.get_by_text("Save", exact=True).click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Drawing (SVG)").click()
    drawing = begun.value.path().read_text()
    assert drawing.count("<path") == 8 and "lines enclose 25" in drawing
    lit = look(page, ".overlay")
    page.locator("#legend .eye").first.click()
    assert look(page, ".overlay") != lit


def test_numbers_of_a_selection_are_compared_with_the_rest(opened, shoot):
    page = opened("#colour=protein_name")
    page.get_by_label("Find").fill("toxin")
    page.get_by_role("button", name="Select", exact=True).click()
    row = page.locator(".compared tr", has_text="length")
    expect(row.locator("td")).to_have_count(3)
    selected, rest = (float(text) for text in row.locator(".share").all_text_contents())
    assert selected != rest
    shoot(page, "file-compared")


def test_pictures_are_saved_with_legend_and_caption(opened, tmp_path):
    page = opened()
    page.select_option("#colour", "organism")
    sizes = []
    for times in ("2×", "4×"):
        page.get_by_text("Save", exact=True).click()
        with page.expect_download() as begun:
            page.get_by_role("button", name=f"Picture (PNG, {times})").click()
        content = begun.value.path().read_bytes()
        assert content.startswith(b"\x89PNG")
        sizes.append(int.from_bytes(content[16:20], "big"))
    assert sizes[1] == 2 * sizes[0]
    page.get_by_text("Save", exact=True).click()
    with page.expect_download() as begun:
        page.get_by_role("button", name="Drawing (SVG)").click()
    drawing = begun.value.path().read_text()
    assert drawing.count("<circle") >= 240 and "240 proteins" in drawing and "organism" in drawing


def test_two_runs_write_the_same_bytes(html_file):
    before = html_file.read_bytes()
    folder = html_file.parents[2]
    annotations = f"header,sequence,{folder / 'own <img src=x.tsv'}"
    own = {"annotations": annotations, "styles": folder / "styles.json"}
    options = {"input": EXAMPLE, "embedders": "composition", **own}
    succeed(folder, "--force", "results/families/families.html", **options)
    assert html_file.read_bytes() == before and CELL.encode() not in before


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_phone_shows_the_map_without_scrolling_aside(opened, shoot, scheme):
    page = opened(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("document.documentElement.scrollWidth <= 390")
    shoot(page, f"file-phone-{scheme}")


def test_file_has_no_serious_finding_of_axe(opened, shoot):
    for scheme in ("light", "dark"):
        page = opened("#colour=organism&protein=SIM0007", color_scheme=scheme)
        page.get_by_label("Find").fill("sim00")
        page.get_by_role("button", name="Two maps").click()
        page.locator("#legend .entry").first.click()
        page.get_by_text("The same as a table").click()
        page.get_by_text("Save", exact=True).click()
        shoot(page, f"file-open-{scheme}")
        for tab in page.get_by_role("tab").all():
            tab.click()
            assert findings(page) == []


def test_long_press_selects_and_tap_shows(opened):
    page = opened(has_touch=True)
    session = page.context.new_cdp_session(page)
    page.locator("#canvas").focus()
    page.keyboard.press("ArrowRight")
    tip = page.locator("#tip").bounding_box()
    # A tip stands beside its point.
    point = {"x": tip["x"] - 14, "y": tip["y"] - 18}
    session.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.locator(".chosen-count")).to_have_text("1 protein selected")
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    expect(page.locator("#protein")).to_be_hidden()


def test_methods_are_text_with_references_to_copy_and_save(opened, tmp_path, shoot):
    page = opened()
    page.get_by_text("Methods and references").click()
    methods = page.locator("#methods")
    expect(methods).to_contain_text("Each protein was embedded by ‘composition’ (420 dimensions)")
    expect(methods).to_contain_text("taken from ‘own <img src=x.tsv’")
    assert methods.locator("b, img").count() == 0
    address = methods.get_by_role("link", name="10.48550/arXiv.1802.03426").get_attribute("href")
    assert address == "https://doi.org/10.48550/arXiv.1802.03426"
    entries = read_bibtex(saved(page, "Save BibTeX", tmp_path / "x.bib"))
    assert {"mcinnes2018", "molder2021", "senoner2025"} <= entries.keys()
    assert methods.locator("li").count() == len(entries)
    assert findings(page) == []
    shoot(page, "file-methods")


def test_bibtex_and_text_are_copied(opened):
    page = opened()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("Methods and references").click()
    page.get_by_role("button", name="Copy BibTeX").click()
    expect(page.locator("#methods [role=status]")).to_have_text("BibTeX copied")
    assert "mcinnes2018" in read_bibtex(page.evaluate("navigator.clipboard.readText()"))
    page.get_by_role("button", name="Copy text").click()
    expect(page.locator("#methods [role=status]")).to_have_text("Text copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("240 proteins") and "https://doi.org/" in copied
