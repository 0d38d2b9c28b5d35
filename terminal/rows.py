"""What is shown of a run at one moment: a row for each stage, or for each data set."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from terminal.board import Board, Job
from terminal.history import History

#: Seconds that a job may take to begin without being said to wait.
_BRIEF = 5.0


@dataclass(frozen=True)
class Row:
    """A stage or a data set: how far it is, in words and as a fraction, `rate` a second."""

    name: str
    state: str
    fraction: float
    amount: str
    rate: float | None = None
    left: float | None = None
    seconds: float = 0.0

    @property
    def note(self) -> str:
        """Rate and time left while it works, seconds afterwards."""
        if self.state != "running":
            return duration(self.seconds) if self.state == "done" else ""
        rate = f"{self.rate:,.0f}/s" if self.rate and self.rate >= 1 else ""
        left = f"about {duration(self.left)} left" if self.left is not None else ""
        return ", ".join(filter(None, [rate, left])) or duration(self.seconds)


def duration(seconds: float) -> str:
    """Return `0.4 s`, `12 s`, `3 min` or `2 h 5 min`."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def stage_rows(board: Board, history: History) -> list[Row]:
    """Return a row for each stage of the run."""
    jobs = board.jobs
    of_stage = {stage: [job for job in jobs if job.stage == stage] for stage in board.stages}
    return [
        _row(stage, found, max(board.planned.get(stage, 0), len(found)), history)
        for stage, found in of_stage.items()
    ]


def dataset_rows(board: Board, names: Sequence[str], history: History) -> list[Row]:
    """Return a row for each data set that has begun: what it is at, and the state of its jobs."""
    share = sum(board.planned.values()) // max(1, len(names))
    of_dataset: dict[str, list[Job]] = {}
    for job in board.jobs:
        of_dataset.setdefault(job.dataset, []).append(job)
    rows = []
    for name in filter(of_dataset.get, names):
        jobs = of_dataset[name]
        row = _row(name, jobs, max(share, len(jobs)), history)
        at_work = [job for job in jobs if job.state in ("running", "pending")]
        rows.append(Row(name, row.state, row.fraction, _at(at_work, row), seconds=row.seconds))
    return rows


def _at(jobs: list[Job], row: Row) -> str:
    if not jobs:
        return row.amount
    job = jobs[-1]
    counts = f" {job.counts[0]:,} of {job.counts[1]:,}" if job.counts else ""
    waits = " (waits)" if job.state == "pending" else ""
    return f"{job.stage}{counts}{waits}"


def _row(name: str, jobs: list[Job], planned: int, history: History) -> Row:
    done = [job for job in jobs if job.state == "done"]
    running = [job for job in jobs if job.state == "running"]
    seconds = max((job.elapsed for job in running), default=sum(job.seconds for job in done))
    parts = len(done) + sum(_part(job, history) for job in running)
    fraction = min(1.0, parts / planned) if planned else 0.0
    items = _items(running) if planned == 1 else None
    left = _left(done, running, planned, history)
    if items:
        rate = items[0] / seconds if items[0] and seconds else None
        amount = f"{items[0]:,} of {items[1]:,} proteins"
        return Row(name, "running", fraction, amount, rate, left, seconds)
    state = _state(jobs, done, running, planned)
    return Row(name, state, fraction, _amount(jobs, done, running, planned), None, left, seconds)


def _items(running: list[Job]) -> tuple[int, int] | None:
    return running[0].counts if running else None


def _state(jobs: list[Job], done: list[Job], running: list[Job], planned: int) -> str:
    if any(job.state == "failed" for job in jobs):
        return "failed"
    if len(done) >= planned:
        return "done"
    return "running" if running or done else "pending"


def _amount(jobs: list[Job], done: list[Job], running: list[Job], planned: int) -> str:
    """Return how many jobs are done, and how many run and wait where that is not plain."""
    if len(done) >= planned:
        proteins = proteins_of(done[0]) if len(done) == 1 else 0
        return f"{proteins:,} proteins" if proteins else _jobs(len(done))
    pending = sum(job.state == "pending" and job.waited > _BRIEF for job in jobs)
    states = [f"{len(running)} running"] if len(running) > 1 or pending else []
    states += [f"{pending} waiting"] if pending else []
    noted = f" ({', '.join(states)})" if states else ""
    return f"{len(done)} of {_jobs(planned)}{noted}"


def _jobs(count: int) -> str:
    return f"{count:,} job" if count == 1 else f"{count:,} jobs"


def _part(job: Job, history: History) -> float:
    """Return how much of a job is done: by its counts, else by how long others took."""
    if job.counts:
        return job.counts[0] / max(1, job.counts[1])
    expected = history.expected(job.rule, proteins_of(job))
    return min(0.95, job.elapsed / expected) if expected else 0.0


def _left(done: list[Job], running: list[Job], planned: int, history: History) -> float | None:
    """Return the seconds until the last job ends, where they can be told.

    Jobs that have not begun take as long as those that are done, as many at a time as run now.
    """
    found = [_job_left(job, history) for job in running]
    told = [each for each in found if each is not None]
    if not running or len(told) < len(found):
        return None
    waiting = planned - len(done) - len(running)
    if waiting and not done:
        return None
    mean = sum(job.seconds for job in done) / len(done) if waiting else 0.0
    return max(told) + mean * waiting / len(running)


def _job_left(job: Job, history: History) -> float | None:
    done, total = job.counts or (0, 0)
    if done:
        return job.elapsed / done * (total - done)
    expected = history.expected(job.rule, proteins_of(job))
    return max(0.0, expected - job.elapsed) if expected and expected > job.elapsed else None


def proteins_of(job: Job) -> int:
    """Return the number of proteins of the job's data set; 0 while they are not read."""
    if not job.dataset or job.log is None:
        return 0
    # logs/<dataset>/<job>.log
    folder = job.log.parents[2] / "results" / job.dataset
    return _counted(folder / "reports" / "normalize.json")


@cache
def _read_count(path: Path, version: int) -> int:
    try:
        return int(json.loads(path.read_text(encoding="utf-8"))["counts"]["sequences"])
    except (OSError, ValueError, KeyError):
        return 0


def _counted(path: Path) -> int:
    try:
        return _read_count(path, path.stat().st_mtime_ns)
    except OSError:
        return 0
