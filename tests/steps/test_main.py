"""The command `python -m steps`."""

import subprocess
import sys
from pathlib import Path

import pytest

from steps.__main__ import STEPS
from tests.support.importing import import_all

ROOT = Path(__file__).resolve().parents[2]
LIST = f"Write: python -m steps STEP OPTIONS. Steps: {', '.join(STEPS)}.\n"


def run(*arguments):
    command = [sys.executable, "-m", "steps", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ([], "No step is named."),
        (["cells"], "There is no step 'cells'."),
        (["annotate.step"], "There is no step 'annotate.step'."),
    ],
)
def test_unknown_step_prints_message(arguments, fault):
    ended = run(*arguments)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr == f"{fault} {LIST}"


@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_lists_steps(option):
    ended = run(option)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.endswith(LIST) and ended.stdout.count("\n") == 1


def test_registered_modules_have_a_main():
    import_all(STEPS.values(), "main")


def test_help_of_a_step_lists_its_options():
    ended = run("merge_embeddings", "--help")
    assert ended.returncode == 0 and "--embedding-report" in ended.stdout
