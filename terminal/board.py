"""What is known of a run while it goes: its jobs, from Snakemake's events and files of steps."""

import json
import threading
import time
from dataclasses import dataclass, field
from logging import LogRecord
from pathlib import Path
from typing import Any

from snakemake_interface_logger_plugins.common import LogEvent

from terminal.stages import OTHER, STAGES, stage_of


@dataclass
class Job:
    """One job of the run; times are of a clock that nobody sets."""

    rule: str
    stage: str
    dataset: str
    title: str
    log: Path | None
    announced: float = field(default_factory=time.monotonic)
    state: str = "pending"
    seconds: float = 0.0
    message: str = ""
    cluster_log: str = ""

    def __post_init__(self) -> None:
        self._before = _version(self.log)
        self._began = 0.0

    @property
    def counts(self) -> tuple[int, int] | None:
        """How many items are done, and of how many, where the step counts them."""
        path = self.log and self.log.with_suffix(".progress.jsonl")
        # One of an earlier attempt is removed only once the step begins.
        return last_counts(path) if path and self.state != "pending" else None

    @property
    def elapsed(self) -> float:
        """Seconds since the job began to work."""
        return time.monotonic() - self._began if self.state == "running" else self.seconds

    @property
    def waited(self) -> float:
        """Seconds since the job was given to whatever runs it."""
        return time.monotonic() - self.announced

    def look(self) -> None:
        """Take note that the job runs: its step has begun a log. On a cluster it may wait long."""
        if self.state == "pending" and (self.log is None or _version(self.log) != self._before):
            self.state, self._began = "running", time.monotonic()

    def end(self, state: str) -> None:
        """Take note of the end of the job."""
        self.seconds = time.monotonic() - (self._began or self.announced)
        self.state = state


class Board:
    """The jobs of one run. Any thread may read and write it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder = Path.cwd()
        self._jobs: dict[int, Job] = {}
        self._ended: list[Job] = []
        self.planned: dict[str, int] = {}
        self.started = time.monotonic()

    def note(self, record: LogRecord) -> Job | None:
        """Take note of an event; return the job that it announces, finishes or gives up."""
        event, fields = getattr(record, "event", None), vars(record)
        with self._lock:
            if event == LogEvent.RUN_INFO:
                self._plan(fields["stats"])
            elif event == LogEvent.JOB_INFO:
                return self._announce(fields)
            elif event == LogEvent.JOB_FINISHED:
                return self._end(fields["job_id"], "done")
            elif event == LogEvent.JOB_ERROR:
                return self._give_up(fields)
        return None

    def _plan(self, stats: dict[str, int]) -> None:
        self.planned = {}
        for rule, count in stats.items():
            stage = stage_of(rule) if rule != "total" else None
            if stage:
                self.planned[stage] = self.planned.get(stage, 0) + count

    def _announce(self, fields: dict[str, Any]) -> Job | None:
        rule = fields["rule_name"]
        if (stage := stage_of(rule)) is None:
            return None
        log = next(iter(fields["log"] or []), None)
        job = Job(
            rule,
            stage,
            dict(fields["wildcards"]).get("dataset", ""),
            fields["rule_msg"] or rule,
            self._folder / log if log else None,
        )
        self._jobs[fields["jobid"]] = job
        return job

    def _end(self, number: int, state: str) -> Job | None:
        job = self._jobs.pop(number, None)
        if job:
            job.end(state)
            self._ended.append(job)
        return job

    def _give_up(self, fields: dict[str, Any]) -> Job | None:
        job = self._end(fields["jobid"], "failed")
        if job:
            # What a cluster says of its job, and where that has its log.
            job.message, logs = fields["rule_msg"] or "", list(fields["log"] or [])
            job.cluster_log = str(logs[-1]) if len(logs) > 1 else ""
        return job

    @property
    def failed(self) -> list[Job]:
        """Jobs that failed and were not begun again."""
        with self._lock:
            latest = {(job.rule, job.title): job for job in (*self._ended, *self._jobs.values())}
        return [job for job in latest.values() if job.state == "failed"]

    @property
    def jobs(self) -> list[Job]:
        """All jobs that were announced, those at work as they are now."""
        with self._lock:
            for job in self._jobs.values():
                job.look()
            return [*self._ended, *self._jobs.values()]

    @property
    def stages(self) -> list[str]:
        """The stages of this run, in order."""
        known = {job.stage for job in self.jobs} | self.planned.keys()
        return [stage for stage in (*STAGES, OTHER) if stage in known]


def last_counts(path: Path) -> tuple[int, int] | None:
    """Return `done` and `total` of the last whole line of a progress file, if there is one."""
    try:
        lines = path.read_bytes().split(b"\n")
        found = json.loads(lines[-2])
        return int(found["done"]), int(found["total"])
    except (OSError, IndexError, ValueError, KeyError):
        return None


def _version(path: Path | None) -> int | None:
    try:
        return path.stat().st_mtime_ns if path else None
    except OSError:
        return None
