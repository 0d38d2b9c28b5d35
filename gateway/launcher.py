"""Start Snakemake for a run, and end it with all its jobs."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from gateway.runs import Run
from gateway.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
#: What a run may see of the gateway's environment; it holds no settings and no secrets.
_PASSED = (
    "PATH HOME USER LOGNAME LANG LC_ALL TZ TMPDIR VIRTUAL_ENV XDG_CACHE_HOME NUMBA_CACHE_DIR "
    "MPLCONFIGDIR HTTP_PROXY HTTPS_PROXY NO_PROXY SSL_CERT_FILE REQUESTS_CA_BUNDLE SLURM_CONF "
    "PGPASSFILE HF_HOME CUDA_VISIBLE_DEVICES LD_LIBRARY_PATH"
).split()
#: How long jobs get to end by themselves.
_PATIENCE_SECONDS = 1.0


def command(run: Run, settings: Settings) -> list[str]:
    """The command line of a run; what to compute stands in its config.yaml."""
    targets = [str(path.relative_to(run.path)) for path in (run.bundle, run.provenance)]
    profile = ["--profile", str(Path(settings.profile).resolve())] if settings.profile else []
    return [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile")),
        *("--directory", str(run.path), "--cores", str(settings.cores), *profile),
        # The gateway alone starts runs; a lock would outlive a killed one.
        *("--nolock", "--rerun-incomplete", "--nocolor"),
        *("--logger", "runlog", "--logger-runlog-path", "jobs.jsonl"),
        *targets,
    ]


def start(run: Run, settings: Settings) -> subprocess.Popen:
    """Start the run in a session of its own; its pid is in the state before this returns."""
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
    environment["PYTHONPATH"] = str(ROOT)
    with (run.path / "snakemake.log").open("ab") as log:
        # Not asyncio's own subprocess: it would kill the run when the gateway stops.
        process = subprocess.Popen(
            command(run, settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            cwd=run.path,
            start_new_session=True,
        )
    run.change(pid=process.pid, pid_started=_start_time(process.pid))
    return process


async def gone(run: Run) -> None:
    """Return when the run's Snakemake has ended, be it our child or one of an earlier gateway."""
    if not is_alive(run):
        return
    try:
        descriptor = os.pidfd_open(run.state.pid)
    except (AttributeError, OSError):
        while is_alive(run):
            await asyncio.sleep(0.2)
        return
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _start_time(pid: int) -> float | None:
    """When a process started, in a unit of its own: ticks since the machine's start on Linux.

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


def is_alive(run: Run) -> bool:
    """Whether the Snakemake that the state names still runs; a reused pid does not count."""
    state = run.state
    if state.pid is None or _start_time(state.pid) != state.pid_started:
        return False
    try:
        return psutil.Process(state.pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def end(run: Run) -> None:
    """End the process group of a run: politely, and after a second by force."""
    state = run.state
    group = state.pid
    # A pid that was used again is not ours to end; one that is gone may have left jobs.
    if group is None or _start_time(group) not in (None, state.pid_started):
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, number)
        for _ in range(20):
            if not _members(group):
                return
            await asyncio.sleep(_PATIENCE_SECONDS / 20)


def _members(group: int) -> list[int]:
    """Living processes of a process group."""
    found = []
    for pid in psutil.pids():
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            if os.getpgid(pid) == group and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found
