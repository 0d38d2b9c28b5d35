"""Locks of dead processes of this host are removed, and no others."""

import json
import subprocess
import sys

import pytest

from terminal import locks
from tests.support.snakemake_run import ROOT

#: Claims a lock, says so, and holds it until its standard input ends.
OWNER = """
import sys
from terminal import locks
locks.claim(locks.FOLDER.glob("*.lock"))
print("claimed", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def lock(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    locks.FOLDER.mkdir(parents=True)
    path = locks.FOLDER / "0.output.lock"
    path.write_text("results/x/x.parquetbundle\n")
    return path


@pytest.fixture
def owner(lock):
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", OWNER], **pipes) as process:
        assert process.stdout.readline() == b"claimed\n"
        yield process
        process.kill()


def claim():
    (path,) = (locks.FOLDER.parent / "owners").glob("*.json")
    return path


def test_lock_of_killed_process_is_removed(lock, owner):
    owner.kill()
    owner.wait()
    assert [path.name for path in locks.remove_stale()] == [lock.name]
    assert not lock.exists()
    assert locks.remove_stale() == []


def test_lock_of_living_process_stays(lock, owner):
    assert locks.remove_stale() == []
    assert lock.exists() and claim().exists()


@pytest.mark.parametrize("part", [0, 1, 2])
def test_lock_of_another_host_boot_or_container_stays(lock, owner, part):
    owner.kill()
    owner.wait()
    claimed = json.loads(claim().read_text())
    claimed["machine"][part] += "another"
    claim().write_text(json.dumps(claimed))
    assert locks.remove_stale() == [] and lock.exists()


def test_lock_without_a_claim_stays(lock):
    assert locks.remove_stale() == [] and lock.exists()


def test_lock_made_after_the_claim_stays(lock, owner):
    owner.kill()
    owner.wait()
    lock.unlink()
    lock.write_text("of another run\n")
    assert locks.remove_stale() == [] and lock.exists()


def test_claim_that_cannot_be_read_removes_nothing(lock, owner):
    owner.kill()
    owner.wait()
    claim().write_text("{")
    assert locks.remove_stale() == [] and lock.exists()


def test_file_system_without_locks_of_the_kernel_removes_nothing(lock, owner, monkeypatch):
    owner.kill()
    owner.wait()
    monkeypatch.setattr(locks.fcntl, "flock", lambda file, operation: None)
    assert locks.remove_stale() == [] and lock.exists()


def test_process_that_ends_leaves_no_claim(lock, owner):
    owner.stdin.close()
    owner.wait()
    assert not list((locks.FOLDER.parent / "owners").iterdir())
