"""The local processes of a run: find them, wait for their end, end them."""

import asyncio
import contextlib
import os
import signal
import time
from pathlib import Path

import psutil
import structlog

from gateway.runs import clock
from gateway.runs.directory import Run
from gateway.runs.state import State

log = structlog.get_logger()

#: In the environment of all processes of a run. They keep it when they leave their group or their
#: folder; and an operator's shell in the folder, which must not be ended, does not have it.
MARK = "PIPELINE_RUN"
#: The mark of what runs are forked from; a run that is forked keeps it, and is in its folder.
FORKED = "forked"
#: How long processes get to end by themselves, then to vanish after SIGKILL.
_PATIENCE_SECONDS = 1.0
_VANISH_SECONDS = 10.0
_POLL_SECONDS = 0.05


def start_time(pid: int) -> float | None:
    """Return when a process started: ticks since the boot on Linux, else psutil's seconds.

    psutil gives seconds since the epoch, which move when the clock is set.
    """
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
        return float(stat.rpartition(")")[2].split()[19])
    except OSError:
        pass
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return None


def is_alive(state: State) -> bool:
    """Return whether the Snakemake of the state still runs; a reused pid does not count."""
    if state.pid is None or not _same_boot(state) or start_time(state.pid) != state.pid_started:
        return False
    try:
        return psutil.Process(state.pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _same_boot(state: State) -> bool:
    # After another boot, pids and ticks mean nothing. States of version 0.1.0 name no boot.
    return state.boot in (None, clock.boot())


async def gone(run: Run) -> None:
    """Return when the run's Snakemake has ended, be it our child or one of an earlier gateway."""
    state = run.state
    if state.pid is None or not is_alive(state):
        return
    try:
        descriptor = os.pidfd_open(state.pid)
    except (AttributeError, OSError):
        # No event tells of the end of a process that is not our child.
        while is_alive(state):  # noqa: ASYNC110  (see above)
            await asyncio.sleep(0.2)
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def reap(run: Run) -> None:
    """Let the system forget the run's Snakemake, if it was our child and is gone."""
    if pid := run.state.pid:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


async def end(run: Run) -> bool:
    """End all processes of a run by SIGTERM, then by SIGKILL; return whether none is left."""
    left = await _signal(run, signal.SIGTERM, _PATIENCE_SECONDS)
    if left:
        left = await _signal(run, signal.SIGKILL, _VANISH_SECONDS)
    if left:
        log.error("processes_left", job_id=run.id, pids=[process.pid for process in left])
    return not left


async def _signal(run: Run, number: int, seconds: float) -> set[psutil.Process]:
    """Send a signal to each process of a run, once; return those left after some time."""
    state, deadline = run.read_state(), time.monotonic() + seconds
    asked: set[psutil.Process] = set()
    while True:
        # Hundreds of processes take some milliseconds, in which others are served.
        left = set(await asyncio.to_thread(living, run, state))
        if not left or time.monotonic() > deadline:
            return left
        # Those that were started since the last pass, too.
        for process in left - asked:
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(number)
        asked |= left
        await asyncio.sleep(_POLL_SECONDS)


def living(run: Run, state: State | None) -> list[psutil.Process]:
    """Return the living processes of a run: of its process group, or with its mark."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if _is_of(process, run, state) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def _is_of(process: psutil.Process, run: Run, state: State | None) -> bool:
    if _in_group(process.pid, state):
        return True
    mark = process.environ().get(MARK)
    return mark == run.id or (mark == FORKED and Path(process.cwd()) == run.path)


def _in_group(pid: int, state: State | None) -> bool:
    """A group keeps its number as long as it has a member; later it may be another's."""
    if state is None or state.pid is None or not _same_boot(state):
        return False
    return os.getpgid(pid) == state.pid and (start_time(pid) or 0) >= (state.pid_started or 0)
