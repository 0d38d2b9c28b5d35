"""Forked steps give the same files, statuses and limits as steps started by themselves."""

import contextlib
import os
import resource
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import psutil
import pytest

from steps.preload.process import VERSION
from tests.support.waiting import PATIENCE_SECONDS, wait_until

ROOT = Path(__file__).resolve().parents[3]
NORMALIZE = ["normalize", "x.fasta", "--fasta", "y.fasta", "--table", "y.parquet"]
#: A server without anything imported beforehand, until its standard input ends.
SERVER = """
import sys
from steps.preload import process, server
process.VERSION = int(sys.argv[1])
server.start("s")
print(flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "x.fasta").write_text(">P1\nMKV\n")
    return tmp_path


@pytest.fixture
def server(folder, request):
    version = getattr(request, "param", VERSION)
    command, pipe = [sys.executable, "-c", SERVER, str(version)], subprocess.PIPE
    with subprocess.Popen(
        command, cwd=folder, env=environment(), stdin=pipe, stdout=pipe
    ) as process:
        process.stdout.readline()
        yield process
        process.kill()


def environment(**more):
    return os.environ | {"PYTHONPATH": str(ROOT)} | more


def step(folder, *arguments, more_environment=None, **options):
    command = [sys.executable, "-m", "steps", *arguments]
    served = environment(STEPS_SERVER="s") | (more_environment or {})
    _STARTED.append(
        subprocess.Popen(
            command, cwd=folder, env=served, stderr=subprocess.PIPE, text=True, **options
        )
    )
    return _STARTED[-1]


_STARTED = []


@pytest.fixture(autouse=True)
def none_outlives_its_test():
    yield
    while _STARTED:
        with _STARTED.pop() as started:
            started.kill()


def forked(server) -> list[psutil.Process]:
    """Steps that the server runs now."""
    (process,) = psutil.Process(server.pid).children()
    return [each for each in process.children() if each.status() != psutil.STATUS_ZOMBIE]


def wait_for_step(server) -> psutil.Process:
    found = []

    def look():
        # It takes its name once it has all that a process of its own would have.
        found.extend(each for each in forked(server) if each.name() == "normalize")
        return found

    wait_until(look, every=0.005)
    return found[0]


def endless(folder, **options):
    """A step that waits for somebody to write its input."""
    os.mkfifo(folder / "pipe")
    return step(folder, "normalize", "pipe", *NORMALIZE[2:], **options)


def test_forked_step_writes_what_one_alone_writes(folder, server):
    command = [sys.executable, "-m", "steps", "normalize", *NORMALIZE[1:]]
    subprocess.run(command, cwd=folder, env=environment(), check=True)
    alone = (folder / "y.parquet").read_bytes()
    (folder / "y.parquet").unlink()
    assert step(folder, *NORMALIZE).wait() == 0
    assert (folder / "y.parquet").read_bytes() == alone


def test_failed_step_gives_status_and_message(folder, server):
    (folder / "x.fasta").write_text("no header\n")
    failed = step(folder, *NORMALIZE)
    assert failed.wait() == 1 and "MALFORMED_FASTA" in failed.stderr.read()
    refused = step(folder, "normalize", "--no-such-option")
    assert refused.wait() == 2 and "usage" in refused.stderr.read()


def test_forked_step_has_the_limits_of_its_client(folder, server):
    lower = (1 << 30, 1 << 30)
    limit = partial(resource.setrlimit, resource.RLIMIT_FSIZE, lower)
    asked = endless(folder, preexec_fn=limit)
    assert wait_for_step(server).rlimit(psutil.RLIMIT_FSIZE) == lower
    asked.kill()
    asked.wait()


def test_killed_step_gives_status_1(folder, server):
    asked = endless(folder)
    wait_for_step(server).send_signal(signal.SIGKILL)
    assert asked.wait(PATIENCE_SECONDS) == 1


def test_forked_step_ends_with_its_client(folder, server):
    asked = endless(folder)
    running = wait_for_step(server)
    asked.kill()
    running.wait(PATIENCE_SECONDS)
    assert asked.wait() == -signal.SIGKILL


def test_forked_steps_end_with_the_owner_of_the_server(folder, server):
    asked = endless(folder)
    running = wait_for_step(server)
    server.kill()
    with contextlib.suppress(psutil.NoSuchProcess):
        running.wait(PATIENCE_SECONDS)
    assert asked.wait(PATIENCE_SECONDS) == 1


def test_step_without_a_server_runs_by_itself(folder):
    assert step(folder, *NORMALIZE).wait() == 0
    assert (folder / "y.parquet").is_file()


@pytest.mark.parametrize("server", [VERSION - 1], indirect=True)
def test_step_refused_by_a_server_of_another_version_runs_by_itself(folder, server):
    assert step(folder, *NORMALIZE).wait() == 0
    assert (folder / "y.parquet").is_file()


def test_step_with_too_long_a_request_runs_by_itself(folder, server):
    long = {f"LONG_{number}": "x" * 100_000 for number in range(12)}
    assert step(folder, *NORMALIZE, more_environment=long).wait() == 0
    assert (folder / "y.parquet").is_file()


def test_unknown_step_prints_message(folder):
    asked = step(folder, "nonsense")
    assert asked.wait() == 1
    assert asked.stderr.read().startswith("There is no step 'nonsense'.")
