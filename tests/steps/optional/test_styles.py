"""The user's styles: what is applied, what is left out, what is refused."""

import json

import pyarrow as pa
import pytest
from protspace.utils.add_annotation_style import resolve_style_key, style_keys

from steps.annotate.cells import GRAMMAR
from steps.errors import StepError
from steps.optional.style_file import read_styles
from steps.optional.styles import applicable, bundle_styles


@pytest.fixture
def annotations():
    table = pa.table({"protein_id": ["P1", "P2", "P3"], "family": ["a%3Bb", "toxin|EXP", None]})
    return table.replace_schema_metadata(GRAMMAR)


def test_values_are_named_as_people_read_them_and_absent_ones_are_left_out(annotations, caplog):
    styles = {"family": {"colors": {"a;b": "#112233", "kinase": "#000000", "toxin": "#445566"}}}
    kept = applicable(styles | {"genus": {}}, annotations)
    assert kept == {"family": {"colors": {"a;b": "#112233", "toxin": "#445566"}}}
    assert "has no value 'kinase'" in caplog.text and "a value of 'genus'" in caplog.text


def test_annotation_in_another_spelling_gets_a_hint(annotations, caplog):
    applicable({"Family": {}}, annotations)
    assert "a value of 'Family'. Did you mean 'family'?" in caplog.text


def test_hidden_and_pinned_values_that_are_absent_are_named(annotations, caplog):
    style = {"hiddenValues": ["toxin", "gone"], "pinnedValues": ["lost", "__REST__"]}
    applicable({"family": style}, annotations)
    assert "'family' has no value 'gone', 'lost' in this data set" in caplog.text


def test_keys_that_begin_with_an_underline_are_comments(tmp_path):
    (tmp_path / "styles.json").write_text('{"family": {"_note": "mine", "colors": {}}}')
    assert list(read_styles(tmp_path / "styles.json")["family"]) == ["_note", "colors"]


def test_styles_are_added_to_existing_ones(annotations):
    colours, clusters = {"colors": {"toxin": "#445566"}}, {"categories": {"cluster 0": {}}}
    made = bundle_styles({"family": colours}, annotations, {"cluster_x": clusters})
    assert list(made) == ["family", "cluster_x"]
    assert made["family"]["categories"]["toxin"]["color"] == "#445566"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "no JSON"),
        ("[]", "no object"),
        ('{"family": {"colors": []}}', "'family'"),
        ('{"family": {"colors": {"toxin": "red-ish"}}}', "'#D55E00'"),
        ('{"family": {"shapes": {"toxin": "banana"}}}', "allowed: circle"),
        ('{"family": {"shapes": {"toxin": ["circle"]}}}', "allowed: circle"),
        ('{"family": {"colors": {"toxin": "rgba(1, 2, 300, 1)"}}}', "'#D55E00'"),
        ('{"family": {"colors": {"toxin": 5}}}', "'#D55E00'"),
        ('{"family": {"sortMode": ["x"]}}', "size-desc"),
        ('{"family": {"zOrderSort": "alphabetical"}}', "alpha-asc"),
        ('{"family": {"colours": {"toxin": "#112233"}}}', "Did you mean 'colors'"),
        ('{"family": {"toxin": "#112233"}}', "'toxin', which means nothing"),
        ('{"family": {"categories": {"toxin": {}}}}', "stand within 'colors'"),
        ('{"family": {"colors": {"a": "", "a": ""}}}', "'a' is there twice"),
        ('{"family": {"shapeSize": NaN}}', "no number of JSON"),
        ('{"family": {"shapeSize": true}}', "a number"),
        ('{"family": {"maxVisibleValues": 1.5}}', "a whole number"),
        ('{"family": {"hiddenValues": "toxin"}}', "a list of values"),
        ('{"family": {"hiddenValues": ["\\ud800"]}}', "no JSON"),
        ("[" * 100_000, "too many brackets"),
        ('{"family": {"colors": {"' + "x" * 999 + '": 5}}}', "for 'xxx"),
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, fault):
    (tmp_path / "styles.json").write_text(text)
    with pytest.raises(StepError, match=fault) as refusal:
        read_styles(tmp_path / "styles.json")
    assert refusal.value.code == "INVALID_STYLES" and len(refusal.value.message) < 400


@pytest.mark.parametrize("colour", ["", "#d55E00", "rgba(0, 114,178, 0.5)", "rgba(1,2,3)"])
def test_colours_of_protspace_are_taken(tmp_path, colour):
    text = json.dumps({"family": {"colors": {"toxin": colour}, "shapeSize": 7.5}})
    (tmp_path / "styles.json").write_text("\ufeff" + text, encoding="utf-8")
    assert read_styles(tmp_path / "styles.json")["family"]["colors"] == {"toxin": colour}


def test_the_example_is_valid():
    from scripts.generate import ROOT

    styles = read_styles(ROOT / "examples" / "styles.json")
    assert json.dumps(styles) and list(styles) == ["family"]


def test_warnings_of_many_values_and_annotations_are_few(caplog):
    names = [f"a{number}" for number in range(40)]
    table = pa.table({"protein_id": ["P1"], **{name: ["toxin"] for name in names}})
    style = {"colors": {"x" * 900: "#112233"} | {f"v{number}": "" for number in range(500)}}
    applicable(
        dict.fromkeys([*names, *map(str, range(90))], style), table.select(["protein_id", *names])
    )
    assert [len(record.message) < 300 for record in caplog.records] == [True] * 5
    assert "'0', '1', '2' and 87 more" in caplog.text and "and 34 more lack" in caplog.text


@pytest.mark.parametrize("spelling", ["1", "1.0", "1.00", "1e0"])
def test_numbers_and_missing_values_are_found_as_protspace_finds_them(spelling):
    table = pa.table({"protein_id": ["P1", "P2", "P3"], "n": [1.0, 2.0, None]})
    kept = applicable({"n": {"colors": {spelling: "#112233", "N/A": "#445566"}}}, table)
    keys = style_keys(table["n"].to_pylist())
    assert list(kept["n"]["colors"]) == [spelling, "N/A"]
    assert [resolve_style_key(value, keys) for value in (spelling, "N/A")] == ["1.0", "None"]


def test_of_several_spellings_of_a_value_the_last_is_kept():
    table = pa.table({"protein_id": ["P1", "P2"], "n": [1.0, 2.0]})
    colours = {f"1.{'0' * zeros}": "#112233" for zeros in range(5000)}
    assert len(applicable({"n": {"colors": colours}}, table)["n"]["colors"]) == 1


def test_styles_stay_in_the_order_of_the_file(annotations):
    table = annotations.append_column("kind", pa.array(["x", "y", "z"]))
    assert list(applicable({"kind": {}, "family": {}}, table)) == ["kind", "family"]
