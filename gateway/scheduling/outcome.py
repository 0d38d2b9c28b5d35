"""What became of a run whose Snakemake is gone."""

import json
from dataclasses import dataclass
from pathlib import Path

from gateway.execution import slurm
from gateway.runs import disk
from gateway.runs.directory import Run
from gateway.runs.jsonl import Tail
from gateway.settings import Settings


@dataclass(frozen=True)
class Outcome:
    """The end of a run, as its state says it."""

    status: str
    code: str | None = None
    message: str | None = None


LOST = Outcome("failed", "INTERNAL", "The run could not be started. Please try again.")
FULL = Outcome("failed", *disk.FULL)


def find(run: Run, settings: Settings) -> Outcome | None:
    """How a run ended; `None` where it did not, but was interrupted and can be resumed."""
    if run.bundle.is_file() and run.provenance.is_file():
        return Outcome("done")
    errors = sorted(run.logs.glob("*.error.json"), key=lambda path: path.stat().st_mtime)
    if errors:
        return _of_step(errors[0])
    if said := slurm.verdict(run):
        return Outcome("failed", *said)
    # A step on a full disk cannot even say so.
    least = max(settings.min_free_bytes, disk.LEAST_BYTES)
    return FULL if disk.low(run.path.parent, least) else None


def _of_step(path: Path) -> Outcome:
    """Code and message of the step that failed, as it wrote them beside its log."""
    step = path.name.partition(".")[0]
    unforeseen = f"The step '{step}' failed on the server. Please try again."
    try:
        error = json.loads(path.read_text(encoding="utf-8"))
        code, message = error["code"], error["message"]
    except (OSError, ValueError, KeyError, TypeError):
        return Outcome("failed", "INTERNAL", unforeseen)
    if code == FULL.code:
        return FULL
    return Outcome("failed", code, unforeseen if code == "INTERNAL" else message)


def interrupted(run: Run, where: str) -> Outcome:
    """The end of a run that was interrupted as often as it may be."""
    if not any(entry.get("event") == "job_info" for entry in Tail(run.path / "jobs.jsonl").read()):
        return LOST
    attempts = run.state.attempts
    times = "once" if attempts == 1 else f"{attempts} times"
    message = (
        f"The run was started {times} and interrupted each time, the last time while {where}. "
        f"Please try again, with fewer sequences if it happens again."
    )
    return Outcome("failed", "INTERRUPTED", message)
