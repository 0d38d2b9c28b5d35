"""A run from the command line has its steps forked, and leaves nothing behind."""

import contextlib
import os
import signal

import psutil
import pytest

from steps.__main__ import STEPS
from steps.preload.modules import IN_ORDER, names
from terminal.forking import Forking
from tests.support.importing import import_all
from tests.support.snakemake_run import EXAMPLE, succeed
from tests.support.waiting import PATIENCE_SECONDS

FEW = {"annotations": "header", "methods": "pca2", "html": "False"}


def of_run(folder) -> list[psutil.Process]:
    """The server of steps of the run in a folder, and what it has forked."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if "steps.preload.beside" in process.cmdline() and process.cwd() == str(folder):
                found += [process, *process.children()]
    return found


def test_modules_of_the_steps_exist():
    assert IN_ORDER.keys() <= STEPS.keys()
    needed = [name for each in IN_ORDER.values() for name in each]
    import_all([*(STEPS[step] for step in IN_ORDER), *needed])
    assert STEPS["embed"] in names()


@pytest.mark.slow
def test_forked_run_gives_the_bytes_of_one_without_a_server(tmp_path, temporary):
    for name, more in {"forked": {}, "alone": {"STEPS_SERVER": ""}}.items():
        (tmp_path / name).mkdir()
        environment = {"TMPDIR": str(temporary)} | more
        succeed(tmp_path / name, more_environment=environment, input=EXAMPLE, **FEW)
    bundles = [
        (tmp_path / name / "results/families/families.parquetbundle").read_bytes()
        for name in ("forked", "alone")
    ]
    assert bundles[0] == bundles[1]
    assert not list(temporary.iterdir())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL, signal.SIGTERM])
def test_run_that_ends_early_leaves_no_process_and_no_file(started, tmp_path, temporary, number):
    left = of_run(tmp_path)
    assert left
    os.killpg(started.pid, number)
    started.communicate(timeout=PATIENCE_SECONDS)
    assert not psutil.wait_procs(left, PATIENCE_SECONDS)[1]
    assert not [each for each in temporary.iterdir() if each.name.startswith("steps-")]


@pytest.mark.parametrize(
    "words",
    [
        ["--dry-run"],
        ["-n"],
        ["--report", "x.html"],
        ["--rulegraph"],
        ["--profile", "profiles/slurm"],
    ],
)
def test_command_without_jobs_here_starts_no_server(monkeypatch, words):
    monkeypatch.setattr("sys.argv", ["snakemake", *words])
    monkeypatch.setattr(Forking, "_start", lambda self: pytest.fail("it was started"))
    Forking().start_early()
