"""Jobs of a run in the queue of a SLURM cluster, which outlive the Snakemake that sent them."""

import asyncio
import contextlib
import re
import subprocess
import time

import structlog

from gateway.runs.directory import Run

log = structlog.get_logger()

#: How long jobs may take to leave the queue; SLURM ends processes on other machines.
_LEAVE_SECONDS = 30.0
_POLL_SECONDS = 0.5
_ANSWER_SECONDS = 10.0
#: Text that SLURM writes into the log of a job that it ends -> code and message of the run.
_VERDICTS = {
    r"DUE TO TIME LIMIT": (
        "PIPELINE_TIMEOUT",
        "A job of the run took longer than it may on the cluster. Try fewer sequences.",
    ),
    r"exceeded memory limit|oom[-_]kill": (
        "OUT_OF_MEMORY",
        "A job of the run needs more memory than it may use on the cluster. Try fewer sequences.",
    ),
}


def verdict(run: Run) -> tuple[str, str] | None:
    """Return code and message where SLURM ended the last job of a run that has failed."""
    logs = sorted(run.cluster_logs.rglob("*.log"), key=lambda path: path.stat().st_mtime)
    text = logs[-1].read_text(errors="replace") if logs else ""
    return next((found for words, found in _VERDICTS.items() if re.search(words, text)), None)


async def end(run: Run) -> bool:
    """Cancel all jobs of a run; return whether the queue has none of them any more."""
    if not run.cluster_logs.is_dir():
        return True
    deadline = time.monotonic() + _LEAVE_SECONDS
    while time.monotonic() < deadline:
        jobs = await asyncio.to_thread(_cancelled, run)
        if jobs == []:
            return True
        await asyncio.sleep(_POLL_SECONDS)
    log.error("cluster_jobs_left", job_id=run.id, jobs=jobs)
    return False


def _cancelled(run: Run) -> list[str] | None:
    """Cancel the jobs of a run and return their ids; `None` where SLURM gives no answer."""
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        lines = _slurm("squeue", "--noheader", "--me", "--format=%A %j").splitlines()
        pairs = [line.split(maxsplit=1) for line in lines]
        jobs = sorted({job for job, name in pairs if name.startswith(run.id)})
        if jobs:
            # Nothing half written is left: steps put files in place when they are complete.
            _slurm("scancel", "--quiet", "--full", "--signal=KILL", *jobs)
            _slurm("scancel", "--quiet", *jobs)
        return jobs
    return None


def _slurm(*command: str) -> str:
    return subprocess.run(
        command, timeout=_ANSWER_SECONDS, capture_output=True, text=True, check=True
    ).stdout
