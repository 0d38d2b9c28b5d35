"""The first picture of files as they are: what colours it, what the legend says, in which order."""

import pytest
from playwright.sync_api import expect

from tests.fakes.web import FakeWeb
from tests.support import shapes


@pytest.fixture
def web(tmp_path):
    """Return the environment in which a fake answers for UniProt."""
    with FakeWeb() as running:
        (tmp_path / "home").mkdir()
        yield running.environment | {"HOME": str(tmp_path / "home")}


@pytest.fixture
def first_picture(start_gateway, open_page, shoot):
    """Upload a file, and return the page once its map is drawn, and the preview behind it."""

    def first_picture(name, records, **settings):
        gateway = start_gateway(**({"PREP_ANNOTATIONS": "header,sequence"} | settings))
        answer = gateway.post(records.encode(), name=f"{name}.fasta")
        job = answer.json()["job_id"]
        assert gateway.finish(job)["event"] == "done"
        page = open_page(f"{gateway.url}/#{job}")
        expect(page.locator("#canvas")).to_have_attribute("data-drawn", str(records.count(">")))
        shoot(page, f"first-{name}")
        return page, gateway.client.get(f"/api/prepare/{job}/preview").json()

    return first_picture


def menu(page):
    return page.locator("#colour option").evaluate_all("all => all.map((each) => each.value)")


def test_headers_of_uniprot_colour_by_organism_and_put_names_last(first_picture):
    page, _ = first_picture("headers", shapes.with_headers())
    assert page.locator("#colour").input_value() == "organism"
    assert {*page.locator("#legend .label").all_text_contents()} == {*shapes.ORGANISMS}
    assert menu(page)[0] == "" and menu(page)[-2:] == ["protein_name", "uniprot_kb_id"]
    assert menu(page).index("protein_existence") > menu(page).index("gravy")
    assert "UMAP" in page.locator("#projection").input_value()
    assert "made from counts of residues" in page.locator("#note").text_content().lower()


def test_bare_identifiers_get_lengths_of_uniprot_as_a_scale(first_picture, web):
    settings = web | {"PREP_ANNOTATIONS": "default,header,sequence"}
    page, preview = first_picture("bare", shapes.bare(), **settings)
    assert page.locator("#colour").input_value() == menu(page)[1]
    assert {*menu(page)[-3:]} == {"protein_name", "gene_name", "uniprot_kb_id"}
    page.select_option("#colour", "length")
    length = next(each for each in preview["annotations"] if each["name"] == "length")
    ends = page.locator("#legend .ends span").all_text_contents()
    assert ends == [text for _, text in length["scale"]["labels"]] and len(ends) >= 3
    assert page.locator("#legend button").count() == 0


def test_table_of_the_user_colours_by_its_telling_column(first_picture, tmp_path):
    (tmp_path / "own.tsv").write_text(shapes.table())
    annotations = f"header,sequence,{tmp_path / 'own.tsv'}"
    page, _ = first_picture("table", shapes.bare(), PREP_ANNOTATIONS=annotations)
    assert page.locator("#colour").input_value() == "family"
    counts = page.locator("#legend .number").all_text_contents()
    assert counts == ["60"] * 4
    assert {*menu(page)[-2:]} == {"note", "batch"}


def test_numbers_alone_are_a_scale_from_the_least_to_the_largest(first_picture):
    page, _ = first_picture("numbers", shapes.bare(3), PREP_ANNOTATIONS="sequence")
    page.select_option("#colour", "length")
    lengths = [len(sequence) for *_, sequence in shapes.proteins(3)]
    ends = page.locator("#legend .ends span").all_text_contents()
    assert (ends[0], ends[-1]) == (str(min(lengths)), str(max(lengths)))
    assert len(ends) == 5 and page.locator("#legend button").count() == 0


def test_point_far_from_all_others_does_not_squeeze_the_map(open_page, gateway):
    page = open_page(gateway.url)
    found = page.evaluate(VIEW, [[*range(500), 1_000_000], [*range(500), 5]])
    assert found["outside"] == 1
    assert found["spread"] > 300 and 0 < found["far"] < 800


def test_no_class_is_hidden_by_the_order_of_drawing(open_page, gateway):
    page = open_page(gateway.url)
    drawn = page.evaluate(ORDER, 1000)
    thirds = [drawn[:333], drawn[333:666], drawn[666:]]
    assert all(150 < sum(code == 0 for code in third) < 300 for third in thirds[1:])


VIEW = """async ([xs, ys]) => {
    const {View} = await import("/viewer/view.js");
    const view = new View();
    view.fit(xs, ys, 800, 500);
    const [first] = view.place(xs[0], ys[0]);
    const [last] = view.place(xs[499], ys[499]);
    const [far] = view.place(xs[500], ys[500]);
    return {outside: view.outside(xs, ys), spread: last - first, far};
}"""
ORDER = """async (count) => {
    const {ordered} = await import("/viewer/order.js");
    const classes = Uint8Array.from({length: count}, (_, index) => [0, 0, 1, 2][index % 4]);
    return [...ordered(classes, 2, null).indices].map((index) => classes[index]);
}"""
