"""What the process that runs are forked from imports."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from gateway.execution import forkserver_main

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", forkserver_main.names())
def test_preloaded_module_exists(name):
    import_module(name)


def test_imports_of_the_rules_are_preloaded():
    rules = [ROOT / "Snakefile", *(ROOT / "rules").rglob("*.smk")]
    found = {
        name for path in rules for name in re.findall(r"^from (steps\S*) ", path.read_text(), re.M)
    }
    assert found == {name for name in forkserver_main.names() if name.startswith("steps")}
