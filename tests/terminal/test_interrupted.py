"""After a kill or Ctrl-C the same command goes on, and a run that lives keeps its lock."""

import os
import signal
import subprocess
import sys

import pytest

from tests.support.snakemake_run import ROOT, snakemake, succeed
from tests.support.waiting import PATIENCE_SECONDS


def test_killed_run_goes_on_by_the_same_command(started, server, config, tmp_path):
    started.kill()
    started.wait(PATIENCE_SECONDS)
    server.fault = None
    assert "Removed the lock of an earlier run" in succeed(tmp_path, cores=1, **config)
    assert (tmp_path / "results/families/families.parquetbundle").is_file()


def test_interrupted_run_goes_on_by_the_same_command(started, server, config, tmp_path):
    os.killpg(started.pid, signal.SIGINT)
    said = started.communicate(timeout=PATIENCE_SECONDS)[1].decode()
    assert started.returncode == 1 and "Traceback" not in said
    assert "Stopped. What is finished is kept." in said and "Failed" not in said
    server.fault = None
    assert "Removed the lock" not in succeed(tmp_path, cores=1, **config)


@pytest.mark.slow
def test_halted_run_keeps_its_lock(started, server, config, tmp_path):
    os.killpg(started.pid, signal.SIGSTOP)
    second = snakemake(tmp_path, cores=1, **config)
    os.killpg(started.pid, signal.SIGCONT)
    assert second.returncode == 1 and "cannot be locked" in second.stdout + second.stderr
    server.fault = None
    assert started.wait(PATIENCE_SECONDS) == 0


def test_lock_of_unknown_owner_is_unlocked(config, tmp_path):
    folder = tmp_path / ".snakemake/locks"
    folder.mkdir(parents=True)
    (folder / "0.output.lock").write_text("results/families/families.parquetbundle\n")
    refused = snakemake(tmp_path, cores=1, **config)
    assert refused.returncode == 1 and "--unlock" in refused.stderr
    succeed(tmp_path, "--unlock", **config)
    assert not folder.exists()


def test_interrupt_while_planning_is_said_in_a_word():
    script = "from terminal import hooks; hooks.interrupt_quietly(); raise KeyboardInterrupt"
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode != 0 and ended.stderr == "Stopped.\n"
