"""Snakemake's job log of a run, `jobs.jsonl`, which our logger plugin writes: its only reader."""

from typing import NotRequired, TypedDict

from pydantic import TypeAdapter

from gateway.runs.directory import Run
from gateway.runs.jsonl import Tail


class JobEvent(TypedDict):
    """One event of the log; `time` in seconds since 1970, `uptime` since the boot."""

    event: str
    time: float
    uptime: NotRequired[float]
    rule: NotRequired[str]
    jobs: NotRequired[list[int]]


_EVENT = TypeAdapter(JobEvent)


class JobLog:
    """Read new events of a run's job log; remember what decides about its outcome.

    `began` is whether any job was announced, `gave_up` whether the last event is that of a
    Snakemake that ends with an error.
    """

    def __init__(self, run: Run) -> None:
        self._tail = Tail(run.job_log, _EVENT)
        self.began = self.gave_up = False

    def read(self) -> list[JobEvent]:
        """Return the events since the last call, in the order of the file."""
        events = self._tail.read()
        for event in events:
            self.began = self.began or event["event"] == "job_info"
            self.gave_up = event["event"] == "error"
        return events
