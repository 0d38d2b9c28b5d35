"""A map of the operator on the page, and old proteins in grey there and in an HTML file."""

import re

import pytest
from playwright.sync_api import expect

from tests.support.base_maps import NEW, OLD, make_base
from tests.support.browsing import findings
from tests.support.gateway_process import Gateway
from tests.support.snakemake_run import succeed

FASTA = "".join(NEW[:5])
ALL = str(len(OLD) + len(NEW))


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return make_base(tmp_path_factory.mktemp("base"))


@pytest.fixture(scope="module")
def server(base, tmp_path_factory):
    """A gateway with one base map; without it, five proteins are too few."""
    gateway = Gateway(
        tmp_path_factory.mktemp("gateway") / "runs",
        PREP_BASE_MAPS=f"toxins={base}",
        PREP_ALLOWED_INPUTS="file,embeddings",
        PREP_DOWNLOAD_GRACE_SECONDS="3600",
    )
    yield gateway.start()
    gateway.stop()


@pytest.fixture(scope="module")
def grown_file(base, tmp_path_factory):
    """The HTML file of a run that grows the map."""
    folder = tmp_path_factory.mktemp("grown")
    (folder / "mine.fasta").write_text("".join(NEW))
    succeed(folder, input="mine.fasta", onto=base, annotations="header,sequence")
    return folder / "results/mine/mine.html"


@pytest.fixture
def form(server, open_page):
    page = open_page(server.url)
    page.set_input_files("#file", {"name": "x.fasta", "mimeType": "", "buffer": FASTA.encode()})
    return page


@pytest.fixture
def grown(grown_file, open_page):
    """Open the file with a state in its address."""

    def start(state="", **options):
        page = open_page(f"{grown_file.as_uri()}{state}", **options)
        expect(page.locator("#canvas")).to_have_attribute("data-drawn", ALL)
        return page

    return start


def choose(page, name="toxins"):
    page.locator("summary", has_text="Base map").click()
    page.get_by_label(name, exact=True).check()


def legend(page):
    """Return what the legend says of each entry."""
    rows = page.locator("#legend li").all()
    return {
        row.locator(".label").text_content(): row.locator(".number").text_content() for row in rows
    }


def colours(page):
    """Return how many pixels of the map have which colour."""
    return page.evaluate(
        """() => {
          const [canvas, found] = [document.querySelector("#canvas"), {}];
          const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d");
          copy.drawImage(canvas, 0, 0);
          const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
          for (let at = 0; at < data.length; at += 4) {
            const colour = [...data.subarray(at, at + 3)].join(" ");
            found[colour] = (found[colour] ?? 0) + 1;
          }
          return found;
        }"""
    )


def test_proteins_join_the_map_that_is_chosen(form, shoot):
    expect(form.locator("#refusal")).to_contain_text("at least 20 are needed")
    choose(form)
    expect(form.locator("#refusal")).to_be_hidden()
    expect(form.locator("#limits")).to_contain_text("1 to 1,500 protein sequences")
    expect(form.locator("summary", has_text="Embedder")).to_be_hidden()
    expect(form.locator("summary", has_text="Projections")).to_be_hidden()
    shoot(form, "form-base-map")
    form.locator("#submit").click()
    expect(form.locator("#canvas")).to_have_attribute("data-drawn", str(len(OLD) + 5))
    expect(form.locator("#result-what")).to_contain_text(f"5 proteins · among {len(OLD)} proteins")
    assert legend(form) == {"x": "5", "Old proteins": str(len(OLD))}
    shoot(form, "result-base-map")


def test_form_without_the_map_is_as_before(form):
    choose(form)
    form.get_by_label("None", exact=True).check()
    expect(form.locator("#refusal")).to_contain_text("at least 20 are needed")
    expect(form.locator("summary", has_text="Embedder")).to_be_visible()
    expect(form.locator("#submit")).to_be_disabled()


def test_embeddings_are_not_offered_the_map(form):
    choose(form)
    start = b"\x89HDF\r\n\x1a\n"
    form.set_input_files("#file", {"name": "x.h5", "mimeType": "", "buffer": start})
    expect(form.locator("summary", has_text="Base map")).to_be_hidden()
    expect(form.locator("summary", has_text="Projections")).to_be_visible()


def test_server_without_base_maps_offers_none(gateway, open_page):
    page = open_page(gateway.url)
    expect(page.locator("summary", has_text="Annotations")).to_be_visible()
    expect(page.locator("summary", has_text="Base map")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1180])
def test_choice_fits_and_has_no_serious_finding(server, open_page, shoot, scheme, width):
    page = open_page(server.url, viewport={"width": width, "height": 844}, color_scheme=scheme)
    choose(page)
    shoot(page, f"form-base-map-{width}-{scheme}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert findings(page) == []


def test_file_opens_with_new_proteins_in_colour_above_grey_old_ones(grown, shoot):
    page = grown()
    expect(page.locator("#colour")).to_have_value("added")
    assert legend(page) == {"mine": str(len(NEW)), "Old proteins": str(len(OLD))}
    found = colours(page)
    assert found["203 200 194"] > 100 and found["0 114 178"] > 100
    shoot(page, "file-grown")
    page.get_by_role("button", name="Show Old proteins").click()
    expect(page.get_by_role("button", name="Show Old proteins")).to_have_attribute(
        "aria-pressed", "false"
    )
    page.wait_for_function("() => location.hash.includes('hidden=-2')")
    # None of the new ones was below an old one.
    assert colours(page).get("0 114 178") == found["0 114 178"]
    assert "203 200 194" not in colours(page)


def test_switch_colours_old_proteins_too_and_is_in_the_address(grown):
    page = grown("#colour=organism")
    switch = page.get_by_role("button", name="Old proteins in grey")
    expect(switch).to_have_attribute("aria-pressed", "true")
    assert sum(map(int, list(legend(page).values())[:-1])) == len(NEW)
    switch.click()
    expect(page.locator("#legend")).not_to_contain_text("Old proteins")
    assert sum(map(int, legend(page).values())) == len(OLD) + len(NEW)
    page.wait_for_function("() => location.hash.includes('grey=0')")
    again = grown(page.evaluate("location.hash"))
    expect(again.get_by_role("button", name="Old proteins in grey")).to_have_attribute(
        "aria-pressed", "false"
    )


def test_novelty_is_a_scale_of_new_proteins(grown):
    page = grown("#colour=novelty")
    expect(page.locator("#legend .range")).to_have_text(re.compile(r"^from 0(\.\d+)? to [01]"))
    assert legend(page) == {"Old proteins": str(len(OLD))}
    page.get_by_role("button", name="Old proteins in grey").click()
    expect(page.locator("#legend")).to_contain_text("missing")
    assert legend(page) == {"missing": str(len(OLD))}


def test_old_proteins_can_be_selected_in_the_legend(grown):
    page = grown("#colour=")
    page.get_by_title(f"Old proteins: select {len(OLD)} proteins").click()
    expect(page.locator("#selected")).to_contain_text(str(len(OLD)))


def test_map_that_has_not_grown_has_no_switch(html_file, open_page):
    page = open_page(html_file.as_uri())
    expect(page.locator("#canvas")).to_have_attribute("data-drawn", "240")
    expect(page.get_by_role("button", name="Contours")).to_be_visible()
    expect(page.get_by_role("button", name="Old proteins in grey")).to_have_count(0)
