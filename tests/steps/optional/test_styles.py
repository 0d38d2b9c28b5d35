"""The user's styles: what is applied, what is left out, what is refused."""

import json

import pyarrow as pa
import pytest

from steps.annotate.cells import GRAMMAR
from steps.errors import StepError
from steps.optional.styles import applicable, bundle_styles, read_styles


@pytest.fixture
def annotations():
    table = pa.table({"protein_id": ["P1", "P2", "P3"], "family": ["a%3Bb", "toxin|EXP", None]})
    return table.replace_schema_metadata(GRAMMAR)


def test_values_are_named_as_people_read_them_and_absent_ones_are_left_out(annotations, caplog):
    styles = {"family": {"colors": {"a;b": "#112233", "kinase": "#000000", "toxin": "#445566"}}}
    kept = applicable(styles | {"genus": {}}, annotations)
    assert kept == {"family": {"colors": {"a;b": "#112233", "toxin": "#445566"}}}
    assert "has no value 'kinase'" in caplog.text and "a value of 'genus'" in caplog.text


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
    ],
)
def test_a_file_of_another_form_is_refused(tmp_path, text, fault):
    (tmp_path / "styles.json").write_text(text)
    with pytest.raises(StepError, match=fault) as refusal:
        read_styles(tmp_path / "styles.json")
    assert refusal.value.code == "INVALID_STYLES"


def test_the_example_is_valid():
    from scripts.generate import ROOT

    styles = read_styles(ROOT / "examples" / "styles.json")
    assert json.dumps(styles) and list(styles) == ["family"]
