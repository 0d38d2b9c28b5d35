"""The template of styles: that of protspace, and taken by `styles` as it is."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from protspace.utils.add_annotation_style import generate_template

from steps.bundle.reading import read_bundle
from steps.optional.style_file import read_styles
from steps.optional.styles import applicable, bundle_styles
from steps.optional.template import template_of
from tests.support import bundles

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def path(tmp_path):
    return bundles.write_container_3(tmp_path / "x.parquetbundle")


def styles(*arguments):
    command = [sys.executable, "-m", "steps", "styles", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize(
    "write",
    [
        bundles.write_container_3,
        bundles.write_container_2,
        lambda path: bundles.write_container_2(path, grammar=1),
    ],
)
def test_template_equals_that_of_protspace(tmp_path, write):
    path = write(tmp_path / "x.parquetbundle")
    # With the order of keys.
    assert json.dumps(template_of(path)) == json.dumps(generate_template(str(path)))


def test_printed_template_equals_that_of_the_command(path):
    program = Path(sys.executable).with_name("protspace")
    command = [program, "style", "--generate-template", path]
    theirs = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    ended = styles("--template", path.parent)
    assert json.loads(ended.stdout) == json.loads(theirs)
    assert "'count' has numbers, which ProtSpace draws on a scale" in ended.stderr


def test_values_come_by_frequency_and_missing_ones_last(path):
    bare = template_of(path)["cell"]["colors"]
    assert list(template_of(path)["bare"]["colors"]) == ["kind 0", "kind 1", "kind 2"]
    assert list(bare)[-1] == "__NA__" and set(list(bare.values())[:-1]) == {""}


def test_template_is_accepted_as_styles(path, caplog):
    ended = styles("--template", path, "--output", path.with_suffix(".json"))
    assert ended.returncode == 0 and ended.stdout == ""
    annotations = read_bundle(path).annotations
    kept = applicable(read_styles(path.with_suffix(".json")), annotations)
    assert kept == template_of(path) and "has no value" not in caplog.text
    assert set(bundle_styles(kept, annotations, None)) == set(kept)


def test_styles_without_output_or_template_are_a_wrong_command(path):
    for arguments in ([], ["x.json"], ["x.json", "--template", path]):
        ended = styles(*arguments)
        assert ended.returncode == 2 and "usage: python -m steps styles" in ended.stderr
