"""Runs that are forked from a process with everything imported, and runs without one."""

import contextlib
from pathlib import Path

import psutil
import pytest

from tests.support.gateway_process import fasta
from tests.support.waiting import wait_until

FORKSERVER = ["-m", "gateway.execution.forkserver_main"]


def is_warm(gateway) -> bool:
    return gateway.client.get("/readyz").json()["warm"]


@pytest.fixture
def forkserver(gateway) -> psutil.Process:
    """Return the process that runs of a gateway are forked from, once it is ready."""
    wait_until(lambda: is_warm(gateway))
    return fork_server_of(gateway)


def fork_server_of(gateway) -> psutil.Process:
    below = psutil.Process(gateway.process.pid).children()
    (found,) = [process for process in below if process.cmdline()[1:3] == FORKSERVER]
    return found


def test_fork_server_has_no_thread_that_a_fork_would_break(forkserver):
    names = [
        path.read_text().strip() for path in Path(f"/proc/{forkserver.pid}/task").glob("*/comm")
    ]
    # Arrow's allocator has one that it stops before a fork.
    assert sorted(names) in (["python"], ["jemalloc_bg_thd", "python"])


def names_below(process) -> set[str]:
    found = set()
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found.add(child.name())
    return found


def test_run_forked_or_not_gives_the_same_bytes(gateway, forkserver):
    forked = gateway.submit(fasta(40))
    wait_until(lambda: "project" in names_below(forkserver), every=0.005)
    assert gateway.finish(forked)["event"] == "done"
    forkserver.kill()
    alone = gateway.submit(fasta(40))
    assert gateway.finish(alone)["event"] == "done"
    assert gateway.bundle(forked).content == gateway.bundle(alone).content


def test_killed_fork_server_is_reported(start_gateway):
    gateway = start_gateway()
    wait_until(lambda: is_warm(gateway))
    fork_server_of(gateway).kill()
    wait_until(lambda: not is_warm(gateway))
