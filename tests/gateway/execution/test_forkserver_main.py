"""Imports of the fork server."""

import re
from pathlib import Path

from gateway.execution import forkserver_main
from tests.support.importing import import_all

ROOT = Path(__file__).resolve().parents[3]


def test_preloaded_modules_exist():
    # Snakemake's modules import each other; the fork server begins with snakemake.cli.
    import_all(["snakemake.cli", *forkserver_main.names()])


def test_imports_of_the_rules_are_preloaded():
    rules = [ROOT / "Snakefile", *(ROOT / "rules").rglob("*.smk")]
    found = {
        name for path in rules for name in re.findall(r"^from (steps\S*) ", path.read_text(), re.M)
    }
    assert found == {name for name in forkserver_main.names() if name.startswith("steps")}
