"""Parts of the viewer by themselves: statistics, search, links, and what is written for others."""

import io
import random
import statistics

import numpy as np
import pandas as pd
import pytest
from scipy.stats import false_discovery_control, hypergeom, mannwhitneyu, norm

COMPOSED = """async ([annotations, selection]) => {
    const {composition} = await import("/viewer/composition.js");
    const column = ([name, labels, codes]) =>
        codes ? {name, labels, codes} : {name, numbers: Float64Array.from(labels, (n) => n ?? NaN)};
    const proteins = {length: selection.length, annotations: annotations.map(column)};
    return composition(proteins, Uint8Array.from(selection), {below: 1.1});
}"""
FOUND = """async ([identifiers, labels, numbers, text]) => {
    const {search} = await import("/viewer/search.js");
    const annotations = [
        {name: "label", labels, codes: Int32Array.from(labels.keys())},
        {name: "number", numbers: Float64Array.from(numbers)},
    ];
    const found = await search({identifiers, annotations, length: identifiers.length}, text);
    return found && [...found];
}"""


@pytest.fixture(scope="module")
def run(chromium, gateway):
    """Run a script of a test on the page."""
    page = chromium.new_page()
    page.goto(gateway.url)
    yield page.evaluate
    page.close()


def test_enriched_values_have_the_p_of_fisher_adjusted_by_benjamini_and_hochberg(run):
    codes = [0] * 30 + [1] * 10 + [2] * 9 + [-1] * 3
    chosen = [1] * 25 + [0] * 5 + [1] * 2 + [0] * 8 + [1] * 3 + [0] * 6 + [1, 0, 0]
    found = run(COMPOSED, [[["family", ["a", "b", "c"], codes]], chosen])["values"]
    known = {each["label"]: each for each in found}
    assert [known["a"][key] for key in ("selected", "of", "rest", "ofRest")] == [25, 30, 5, 19]
    counts = {"a": (25, 30), "b": (2, 10), "c": (3, 9)}
    exact = [hypergeom.sf(both - 1, 49, marked, 30) for both, marked in counts.values()]
    wanted = dict(zip(counts, false_discovery_control(exact), strict=True))
    assert {label: each["p"] for label, each in known.items()} == pytest.approx(wanted)


def test_each_value_of_a_cell_with_several_is_counted(run):
    labels = ["PF1; PF2", "PF2; PF3", "PF3"]
    codes = [0, 0, 0, 1, 1, 2, 2, 2]
    found = run(COMPOSED, [[["pfam", labels, codes]], [1, 1, 1, 1, 0, 0, 0, 0]])
    counts = {each["label"]: (each["selected"], each["rest"]) for each in found["values"]}
    assert counts == {"PF1": (3, 0), "PF2": (4, 1)}


def test_numbers_are_compared_by_rank_sums_adjusted_with_the_values(run):
    drawn = random.Random(2)
    chosen = [int(n < 40) for n in range(100)]
    near = [round(drawn.gauss(flag, 1), 1) for flag in chosen]
    far = [drawn.gauss(9 * flag, 1) if drawn.random() < 0.9 else None for flag in chosen]
    codes = [0 if n % 3 else -1 for n in range(100)]
    columns = [["near", near], ["far", far], ["label", ["a"], codes], ["same", [1] * 100]]
    found = run(COMPOSED, [columns, chosen])
    sides = {name: parted(values, chosen) for name, values in (("near", near), ("far", far))}
    exact = [mannwhitneyu(*side, method="asymptotic").pvalue for side in sides.values()]
    near_p, far_p, _ = false_discovery_control([*exact, 1.0])
    known = {each["annotation"]: each for each in found["numbers"]}
    assert {name: each["p"] for name, each in known.items()} == pytest.approx(
        {"near": near_p, "far": far_p}, rel=1e-9
    )
    for name, side in sides.items():
        assert known[name]["medians"] == pytest.approx([statistics.median(part) for part in side])
        assert (known[name]["of"], known[name]["ofRest"]) == tuple(map(len, side))


def parted(values, chosen):
    """Numbers of a selection, and of the rest."""
    pairs = [(value, flag) for value, flag in zip(values, chosen, strict=True) if value is not None]
    return [[value for value, flag in pairs if flag == side] for side in (1, 0)]


def test_tail_of_the_normal_distribution_keeps_its_digits(run):
    script = """async (places) => {
        const {normalTail} = await import("/viewer/ranks.js");
        return places.map(normalTail);
    }"""
    places = [-4, -1, 0, 0.3, 2.99, 3.01, 8, 37]
    assert run(script, places) == pytest.approx(norm.sf(places).tolist(), rel=1e-10)


def test_tail_of_fisher_is_the_same_below_the_middle(run):
    script = """async (all) => {
        const {tail} = await import("/viewer/composition.js");
        return all.map((each) => tail(...each));
    }"""
    cases = [
        (0, 50, 30, 200),
        (3, 50, 30, 200),
        (8, 50, 30, 200),
        (29, 50, 30, 200),
        (20, 90, 30, 100),
    ]
    exact = [hypergeom.sf(both - 1, n, marked, chosen) for both, marked, chosen, n in cases]
    assert run(script, cases) == pytest.approx(exact, rel=1e-9)


def test_outdated_search_and_comparison_stop(run):
    script = """async () => {
        const {inPieces} = await import("/viewer/pieces.js");
        let pieces = 0;
        const work = async (rest) => {
            for (; pieces < 1e9; pieces += 1) await rest();
            return "done";
        };
        return [(await inPieces(work, () => true)) ?? null, await inPieces(async () => 7)];
    }"""
    assert run(script) == [None, 7]


CONTOURS = """async ([xs, ys, hidden]) => {
    const {contours, SHARES} = await import("/viewer/contours.js");
    const {View} = await import("/viewer/view.js");
    const view = new View();
    view.fit(xs, ys, 800, 500);
    return [contours(view, xs, ys, hidden && Uint8Array.from(hidden, (flag) => 2 * flag)), SHARES];
}"""


def within(line, x, y):
    """Whether a place is inside of closed lines, by how often a line to the right crosses them."""
    ends = np.array(line).reshape(-1, 4)
    ends = ends[(ends[:, 1] > y) != (ends[:, 3] > y)]
    ax, ay, bx, by = ends.T
    return bool((x < (bx - ax) * (y - ay) / (by - ay) + ax).sum() % 2)


def test_contours_are_closed_and_enclose_their_shares(run):
    drawn = np.random.default_rng(3)
    middles = np.repeat([[0, 0], [8, 3]], [1200, 800], axis=0)
    places = np.float32(drawn.normal(size=(2000, 2)) + middles)
    lines, shares = run(CONTOURS, [*places.T.tolist(), None])
    for line, share in zip(lines, shares, strict=True):
        ends = np.round(np.array(line).reshape(-1, 2), 6)
        assert (np.unique(ends, axis=0, return_counts=True)[1] % 2 == 0).all()
        inside = np.mean([within(line, x, y) for x, y in places.tolist()])
        assert inside == pytest.approx(share, abs=0.03)


def test_hidden_proteins_have_no_contours(run):
    drawn = np.random.default_rng(4)
    places = drawn.normal(size=(400, 2)) + np.repeat([[0, 0], [50, 0]], 200, axis=0)
    lines, _ = run(CONTOURS, [*places.T.tolist(), [0] * 200 + [1] * 200])
    assert max(max(line[::2]) for line in lines) < 25
    lines, _ = run(CONTOURS, [*places.T.tolist(), [1] * 395 + [0] * 5])
    assert lines == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", None),
        (" , ;", None),
        ("p1", [0]),
        ("TOXIN", [0, 1]),
        ("toxin snake", [1]),
        ("p1, kinase", [0, 2]),
        ('"snake toxin"', [1]),
        ('"toxin snake"', []),
        ("1234", [2]),
        ("nothing", []),
        ("2.50", [1]),
        ("2.5", [1]),
        ("größe", [0]),
        ("i\u0307x", [1]),
        ("kinase toxin", []),
    ],
)
def test_search_finds_words_in_identifiers_and_annotations(run, text, wanted):
    labels = ["toxin GRÖSSE Größe", "Snake toxin İX", "kinase"]
    assert run(FOUND, [["P1", "Q2", "R3"], labels, [0.5, 2.5, 1234], text]) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("61", ["mass", "61"]), ("13246", ["length", "13,246"]), ("miss", ["kind", "missing one"])],
)
def test_search_says_where_it_found(run, text, wanted):
    script = """async (text) => {
        const {where} = await import("/viewer/search.js");
        const {Proteins} = await import("/viewer/proteins.js");
        const annotations = [
            {name: "empty", labels: ["61"], codes: Int32Array.of(-1)},
            {name: "other", numbers: Float64Array.of(161)},
            {name: "mass", numbers: Float64Array.of(61)},
            {name: "length", numbers: Float64Array.of(13245.67)},
            {name: "kind", labels: ["missing one"], codes: Int32Array.of(0)},
        ];
        return where(new Proteins({identifiers: ["A"], annotations}), text, 0);
    }"""
    assert run(script, text) == wanted


@pytest.mark.parametrize(
    ("identifier", "accession"),
    [
        ("P12345", "P12345"),
        ("A0A023VZM6", "A0A023VZM6"),
        ("P12345-2", "P12345"),
        ("sp|Q9NZD4|AHSP_HUMAN", "Q9NZD4"),
        ("SIM0001", None),
        ("P1234", None),
        ("javascript:P1", None),
    ],
)
def test_links_are_for_accessions_of_uniprot(run, identifier, accession):
    script = """async (text) => (await import("/viewer/links.js")).linksOf(text)"""
    links = run(script, identifier)
    assert len(links) == (3 if accession else 0)
    assert all(f"/{accession}" in address for _, address in links)


SHAPED = """async (shape) => {
    const {pointsOf} = await import("/viewer/points.js");
    const {numbersOf, outline} = await import("/viewer/shapes.js");
    const {View} = await import("/viewer/view.js");
    const [canvas, other] = [0, 1].map(() => new OffscreenCanvas(200, 200));
    const points = pointsOf(canvas);
    const view = new View();
    view.fit([0], [0], 200, 200);
    const sent = {x: Float32Array.of(0), y: Float32Array.of(0), kind: Uint8Array.of(0)};
    for (const [name, values] of Object.entries(sent)) points.send(name, values);
    points.send("order", Uint32Array.of(0));
    const shapes = numbersOf(new Map([[0, shape]]), 1);
    const look = {colours: [[0, 0, 0]], shapes, edge: [0, 0, 0], size: 160, line: 0};
    points.draw(view, 1, [1, 1, 1], [[0, 1, look]], false);
    const context = other.getContext("2d");
    outline(context, shape, 100, 100, 80);
    context.fill();
    const copy = new OffscreenCanvas(200, 200).getContext("2d");
    copy.drawImage(canvas, 0, 0);
    const data = [copy, context].map((found) => found.getImageData(0, 0, 200, 200).data);
    let [inside, different] = [0, 0];
    for (let at = 0; at < data[0].length; at += 4) {
        inside += data[0][at] < 128;
        different += (data[0][at] < 128) !== (data[1][at + 3] > 127);
    }
    return [inside, different];
}"""


@pytest.mark.parametrize(
    "shape", ["circle", "square", "diamond", "triangle-up", "triangle-down", "plus"]
)
def test_shapes_are_the_same_with_webgl_and_without(run, shape):
    inside, different = run(SHAPED, shape)
    assert inside > 7000 and different < 400


def test_selection_in_an_address_comes_back(run):
    script = """async (flags) => {
        const {read, written} = await import("/viewer/selection.js");
        const text = written(Uint8Array.from(flags));
        return [[...read(text, flags.length)], read(text, flags.length + 6), read("z.-1", 4)];
    }"""
    drawn = random.Random(4)
    scattered = [[int(drawn.random() < 0.2) for _ in range(size)] for size in (5000, 5003)]
    for flags in ([1, 0, 0, 1], [0, 0, 1, 1], [1, 1, 1, 1], *scattered):
        assert run(script, flags) == [flags, None, None]


def test_table_has_the_cells_as_they_are(run):
    script = """async () => {
        const {tsv} = await import("/viewer/save.js");
        const {Proteins} = await import("/viewer/proteins.js");
        const labels = ["=cmd()", "a\\tb\\nc", "-", '"quoted', "missing"];
        const numbers = Float64Array.of(1234.5678, NaN, 1e300, -0.1, 12, 9007199254740991);
        const codes = Int32Array.of(0, 1, 2, 3, 4, -1);
        const annotations = [{name: "cell", labels, codes}, {name: "n", numbers}];
        const identifiers = ["A", "B", "C", "D", "E", "F"];
        const proteins = new Proteins({identifiers, annotations, projections: []});
        return tsv(proteins, [0, 1, 2, 3, 4, 5]);
    }"""
    table = pd.read_csv(io.StringIO(run(script)), sep="\t", keep_default_na=False, dtype=str)
    assert table["cell"].tolist() == ["=cmd()", "a\tb\nc", "-", '"quoted', "missing", ""]
    numbers = [float(cell or "nan") for cell in table["n"]]
    assert numbers == pytest.approx([1234.5678, np.nan, 1e300, -0.1, 12, 2**53 - 1], 0, 0, True)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (2023, "2023"),
        (13245.67, "13,246"),
        (1234567, "1,234,567"),
        (-0.123456, "-0.1235"),
        (1e300, "1e+300"),
        (2**60, "1.153e+18"),
        (1e-300, "1e-300"),
        (0, "0"),
    ],
)
def test_numbers_are_short_and_right(run, number, text):
    script = """async (number) => (await import("/viewer/format.js")).value(number)"""
    assert run(script, number) == text


@pytest.mark.parametrize(
    ("ends", "text"),
    [([0, 12.5], "from 0 to 12.5"), ([0.98765, 0.98766], "from 0.98765 to 0.98766")],
)
def test_ends_of_a_scale_are_told_apart(run, ends, text):
    script = """async (ends) => (await import("/viewer/format.js")).range(ends)"""
    assert run(script, ends) == text


def test_label_that_reads_missing_is_a_value(run):
    script = """async () => {
        const {Proteins} = await import("/viewer/proteins.js");
        const {panel} = await import("/viewer/panel.js");
        const annotations = [{name: "kind", labels: ["missing"], codes: Int32Array.of(0, -1)}];
        const proteins = new Proteins({identifiers: ["A", "B"], annotations, projections: []});
        const rows = (index) => panel(proteins, {}, index, () => {}).at(-1).textContent;
        return [rows(0), rows(1)];
    }"""
    assert run(script) == ["kindmissing", ""]


@pytest.mark.parametrize(
    "text",
    ["A1, B-2\nC", '"A1";"B-2";"C"', "['A1', 'B-2', 'C']", ">A1 >B-2 >C", "x|A1|y (B-2) C\tC"],
)
def test_pasted_identifiers_are_found_however_they_are_written(run, text):
    script = """async (text) => {
        const {Proteins} = await import("/viewer/proteins.js");
        const {pasted} = await import("/viewer/selection.js");
        return pasted(new Proteins({identifiers: ["A1", "B-2", "C", "D,1"]}), `${text} D,1\nE`);
    }"""
    assert run(script, text) == {"indices": [0, 1, 2, 3], "unknown": ["E"]}


def test_column_named_added_greys_no_proteins(run):
    script = """async (annotations) => {
        const {Proteins} = await import("/viewer/proteins.js");
        return new Proteins({identifiers: ["A", "B"], annotations}).old;
    }"""
    added = {"name": "added", "labels": ["2020", "2021"], "codes": [0, 1]}
    grown = [added, {"name": "novelty", "numbers": [0, 1]}]
    assert [run(script, [added]), run(script, grown)] == [0, 1]


def test_hidden_values_in_an_address_come_back(run):
    script = """async ([hidden, text]) => {
        const {fromText, toText} = await import("/viewer/address.js");
        const {Proteins} = await import("/viewer/proteins.js");
        const labels = Array.from({length: 5000}, String);
        const annotation = {name: "a", labels, codes: Int32Array.of(0)};
        const own = {identifiers: ["A"], annotations: [annotation], projections: []};
        const proteins = new Proteins(own);
        const state = {annotation, page: 0, order: "frequency", hidden: new Set(hidden)};
        text ??= toText({state: {...state, query: "", chosen: null}, proteins, maps: []}).text;
        return [text.length, [...fromText(text, proteins).hidden]];
    }"""
    for hidden in ([-1, 0, 1, 2, 7], list(range(8, 5000)), [4999, 3]):
        length, back = run(script, [hidden, None])
        assert back == sorted(hidden) and length < 60
    assert run(script, [[], "colour=a&hidden=-9e9.2,5,x"])[1] == [-2, -1, 0, 1, 2, 5]


def test_address_without_a_selection_isolates_nothing(run):
    script = """async (text) => {
        const {fromText} = await import("/viewer/address.js");
        const {Proteins} = await import("/viewer/proteins.js");
        const own = {identifiers: ["A", "B"], annotations: [], projections: []};
        return fromText(text, new Proteins(own)).isolated;
    }"""
    assert run(script, "selected=1.1&isolated=1") and not run(script, "isolated=1")


def test_names_do_not_lie_below_the_buttons(run):
    script = """async (places) => {
        const {placedLabels} = await import("/viewer/overlay.js");
        const view = {width: 800, height: 500, place: (x, y) => [x, y]};
        return placedLabels(places.map(([x, y]) => ({text: "a", x, y})), view, () => 92);
    }"""
    near, far = run(script, [[790, 60], [790, 300]])
    assert near["x"] + 46 < 750 <= far["x"] and [near["y"], far["y"]] == [45, 285]


def test_what_is_found_and_what_is_selected_are_both_seen(run):
    script = """async ([found, selection, isolated]) => {
        const {Painter} = await import("/viewer/painter.js");
        const state = {hidden: new Set(), found, selection, isolated, annotation: null};
        const states = new Painter({state, proteins: {length: 3, old: 0}}).states();
        return states && [...states];
    }"""
    plain, faint, hidden, marked = 0, 1, 2, 3
    assert run(script, [None, None, False]) is None
    assert run(script, [[0], None, False]) == [marked, faint, faint]
    assert run(script, [[0], [0, 1, 0], False]) == [marked, plain, faint]
    assert run(script, [[0], [0, 1, 0], True]) == [hidden, plain, hidden]
