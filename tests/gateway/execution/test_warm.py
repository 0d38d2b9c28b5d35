"""Runs that are forked from a process with everything imported, and runs without one."""

import contextlib
import os
from pathlib import Path

import psutil
import pytest

from gateway.execution import forkserver
from steps.preload.process import Request
from tests.support.gateway_process import ROOT, fasta
from tests.support.waiting import PATIENCE_SECONDS, wait_until

FORKSERVER = ["-m", "gateway.execution.forkserver_main"]


def is_warm(gateway) -> bool:
    return gateway.client.get("/readyz").json()["warm"]


@pytest.fixture
def fork_server(gateway) -> psutil.Process:
    """Return the process that runs of a gateway are forked from, once it is ready."""
    wait_until(lambda: is_warm(gateway))
    return fork_server_of(gateway)


def fork_server_of(gateway) -> psutil.Process:
    below = psutil.Process(gateway.process.pid).children()
    (found,) = [process for process in below if process.cmdline()[1:3] == FORKSERVER]
    return found


def test_fork_server_has_no_thread_that_a_fork_would_break(fork_server):
    names = [
        path.read_text().strip() for path in Path(f"/proc/{fork_server.pid}/task").glob("*/comm")
    ]
    # Arrow's allocator has one that it stops before a fork.
    assert sorted(names) in (["python"], ["jemalloc_bg_thd", "python"])


def names_below(process) -> set[str]:
    found = set()
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found.add(child.name())
    return found


@pytest.mark.slow
def test_run_forked_or_not_gives_the_same_bytes(gateway, fork_server):
    forked = gateway.submit(fasta(1000, 60), methods="umap2")
    wait_until(lambda: "project" in names_below(fork_server), every=0.005)
    assert gateway.finish(forked)["event"] == "done"
    fork_server.kill()
    alone = gateway.submit(fasta(1000, 60), methods="umap2")
    assert gateway.finish(alone)["event"] == "done"
    assert gateway.bundle(forked).content == gateway.bundle(alone).content


@pytest.mark.slow
def test_killed_fork_server_is_reported_and_started_again(start_gateway):
    gateway = start_gateway()
    wait_until(lambda: is_warm(gateway))
    fork_server_of(gateway).kill()
    wait_until(lambda: not is_warm(gateway), every=0.01)
    wait_until(lambda: is_warm(gateway))
    assert "gateway_forkservers_lost_total 1.0" in gateway.client.get("/metrics").text
    assert gateway.log.read_text().count("forkserver_lost") == 1


@pytest.mark.slow
def test_halted_fork_server_costs_no_job_and_is_replaced(start_gateway):
    gateway = start_gateway()
    wait_until(lambda: is_warm(gateway))
    halted = fork_server_of(gateway)
    halted.suspend()
    assert gateway.finish(gateway.submit())["event"] == "done"
    wait_until(lambda: not halted.is_running() and is_warm(gateway))


@pytest.fixture
def own_server(monkeypatch):
    """Return a fork server of a test's own, whose answers may take half a second."""
    monkeypatch.setattr(forkserver, "_FORK_SECONDS", 0.5)
    server = forkserver.ForkServer({**os.environ, "PYTHONPATH": str(ROOT)})
    wait_until(lambda: server.look() or server.imported)
    yield server
    server.end()


def test_run_whose_pid_comes_too_late_never_begins(own_server, tmp_path):
    request = Request("snakemake", ["--version"], str(tmp_path), dict(os.environ))
    process = psutil.Process(own_server.pid)
    process.suspend()
    with (tmp_path / "output").open("wb") as output, pytest.raises(forkserver.ForkServerLost):
        own_server.fork(request, output.fileno())
    process.resume()
    own_server._connection.settimeout(PATIENCE_SECONDS)
    pid = int(own_server.receive())
    wait_until(lambda: not psutil.pid_exists(pid))
    assert (tmp_path / "output").read_bytes() == b""
