"""Recovery after a start: list the runs, remove half-stored uploads, set broken runs aside."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import structlog

from gateway.metrics import Metrics
from gateway.runs.directory import Run, Runs, is_id
from gateway.runs.state import State
from gateway.scheduling.supervisor import end_jobs

log = structlog.get_logger()

_ASIDE = ".broken-"
_MOMENTS = ("submitted", "first_started", "started", "finished", "delivered")


async def reconcile(runs: Runs, metrics: Metrics) -> list[tuple[State, Run]]:
    """Return the runs that can be read, oldest first; set those aside that cannot."""
    for path in runs.root.glob(".incoming-*"):
        log.info("upload_removed", name=path.name)
        shutil.rmtree(path, ignore_errors=True)
    found = []
    for name in filter(is_id, sorted(os.listdir(runs.root))):
        run = Run(runs.root / name)
        try:
            found.append((_checked(run), run))
        except (OSError, ValueError) as error:
            await set_aside(run, error, metrics)
    return sorted(found, key=lambda pair: pair[0].submitted)


def _checked(run: Run) -> State:
    """Return the state of a run whose files can be read, with no time in the future.

    Raises:
        OSError, ValueError: they cannot.
    """
    state, now = run.state, run.now()
    if state.status != "expired":
        # Its fields are checked as it is read.
        _ = run.request
    late = {name: now for name in _MOMENTS if (getattr(state, name) or 0) > now}
    # The clock was wrong before the last boot: what is kept for some time would be kept for ever.
    return run.change(**late) if late else state


async def set_aside(run: Run, error: Exception, metrics: Metrics) -> None:
    """Rename a run out of the way of all others; it is kept until it is due for removal."""
    reason = f"{type(error).__name__}: {error}"[:500]
    metrics.runs_set_aside.inc()
    aside = run.path.with_name(f"{_ASIDE}{run.id}")
    if aside.exists():
        aside = aside.with_name(f"{aside.name}-{secrets.token_hex(4)}")
    try:
        await end_jobs(run)
        run.path.rename(aside)
    except OSError as error:
        reason = f"{reason}; it cannot be renamed: {error}"
    log.error("run_broken", job_id=run.id, reason=reason, aside=aside.name)


def remove_broken(root: Path, seconds: float) -> None:
    """Remove directories that were set aside and hold files of that age."""
    for path in root.glob(f"{_ASIDE}*"):
        if time.time() - min(_ages(path), default=0) > seconds:
            shutil.rmtree(path, ignore_errors=True)
            log.info("run_removed", name=path.name)


def _ages(path: Path) -> Iterator[float]:
    """Yield when the directory and its files were last changed, in seconds since 1970."""
    yield path.stat().st_mtime
    for entry in os.scandir(path):
        yield entry.stat(follow_symlinks=False).st_mtime
