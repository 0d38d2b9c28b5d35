"""The gate: suites in lanes, the first failure stops all, and nothing is left out."""

import re
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader

import pytest

from tests.support.docs_commands import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()
#: pytest's last line, as a suite that runs tests writes it.
CLOSING = "echo '2 passed, 1 skipped, 9 deselected in 0.10s'"


@pytest.fixture
def gate(monkeypatch, tmp_path):
    """Run stages of trivial suites; whether they succeeded, the lines of the table, the output."""
    loader = SourceFileLoader("suites", str(ROOT / ".ci" / "suites"))
    module = module_from_spec(spec_from_loader("suites", loader))
    monkeypatch.setitem(sys.modules, "suites", module)
    loader.exec_module(module)

    def run(suites, stages):
        monkeypatch.setattr(module, "SUITES", suites)
        monkeypatch.setattr(module, "STAGES", stages)
        gate = module.Gate(tmp_path)
        succeeded = gate.run()
        return succeeded, gate.table()

    run.module = module
    return run


def test_lanes_run_side_by_side_and_stages_one_after_the_other(gate, tmp_path):
    """`a` and `b` wait for each other; `c` needs what both have left."""
    wait = "until [ -e {1} ]; do sleep 0.02; done"
    a, b = tmp_path / "a", tmp_path / "b"
    suites = {
        "a": f"touch {a}; {wait.format(a, b)}; {CLOSING}",
        "b": f"touch {b}; {wait.format(b, a)}; echo '1 passed in 0.1s'",
        "c": f"[ -e {a} ] && [ -e {b} ]",
    }
    succeeded, table = gate(suites, [[["a"], ["b"]], [["c"]]])
    assert succeeded
    assert table[-1] == "3 passed, 0 failed, 1 skipped"
    assert re.search(r"^a +\d+ +2 +0 +1 +0$", "\n".join(table), re.MULTILINE)


def test_the_first_failure_stops_what_runs_and_begins_nothing_more(gate, tmp_path, capsys):
    ready = tmp_path / "ready"
    suites = {
        "fails": f"until [ -e {ready} ]; do sleep 0.02; done; echo the reason;"
        " echo '1 failed, 1 passed in 0.1s'; exit 3",
        "runs": f"trap 'touch {tmp_path}/cleaned; exit' TERM; touch {ready}; sleep 60 & wait",
        "later": f"touch {tmp_path}/later",
    }
    succeeded, table = gate(suites, [[["fails", "later"], ["runs"]], [["later"]]])
    assert not succeeded and table[-1] == "1 passed, 1 failed, 0 skipped"
    assert (tmp_path / "cleaned").exists() and not (tmp_path / "later").exists()
    assert "== fails failed with status 3" in (said := capsys.readouterr().out)
    assert "the reason" in said
    lines = {line.split()[0]: line.split()[-1] for line in table if line}
    assert (lines["fails"], lines["runs"], lines["later"]) == ("FAILED", "stopped", "-")


def test_a_suite_that_hangs_is_stopped_and_shows_its_log(gate, monkeypatch, capsys):
    monkeypatch.setattr(gate.module, "LIMIT_SECONDS", 5)
    assert not gate({"hangs": "echo as far as here; sleep 60"}, [[["hangs"]]])[0]
    said = capsys.readouterr().out
    assert "== hangs failed with status 124" in said
    assert "as far as here\n\nStopped after 5 s." in said


def test_a_pipe_that_breaks_fails_its_suite(gate):
    assert not gate({"a": "false | cat"}, [[["a"]]])[0]


def test_each_suite_is_run_once(gate):
    lanes = [lane for stage in gate.module.STAGES for lane in stage]
    assert sorted(name for lane in lanes for name in lane) == sorted(gate.module.SUITES)


def test_all_that_make_tests_is_in_the_gate(gate):
    commands = "\n".join(gate.module.SUITES.values())
    targets = re.findall(r"^(test(?:-\w+)?|demo|lint|docs|bench-small):", MAKEFILE, re.MULTILINE)
    assert len(targets) > 10
    for target in targets:
        assert re.search(rf"make {target}$", commands, re.MULTILINE), target


def test_what_two_suites_share_is_left_out_of_neither(gate):
    """`load` and `test-faults` divide one target between them, by one expression."""
    load, rest = (gate.module.SUITES[name] for name in ("load", "test-faults"))
    assert "-k test_load" in load and "not test_load" in rest


def test_programs_of_debian_are_looked_for(tmp_path):
    """Nothing is installed where all are there."""
    names = re.findall(r"\[([\w-]+)\]=", (ROOT / "scripts" / "debian-packages").read_text())
    assert {"chromium", "initdb", "slurmctld", "buildah"} <= set(names)
    # A program that this overlooks must not be installed by a test.
    for name in ["apt-get", *names]:
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {int(name == 'apt-get')}\n")
        (tmp_path / name).chmod(0o755)
    found = subprocess.run(
        [ROOT / "scripts" / "debian-packages"],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")
