"""Snakemake's job log of a run, `jobs.jsonl`, which our logger plugin writes: its only reader."""

from typing import Any

from gateway.runs.directory import Run
from gateway.runs.jsonl import Tail

#: One event of the log: `event`, `time`, and what the event carries of `rule`, `jobs`, `log`.
JobEvent = dict[str, Any]


class JobLog:
    """Read new events of a run's job log; remember what decides about its outcome.

    `began` is whether any job was announced, `gave_up` whether the last event is that of a
    Snakemake that ends with an error.
    """

    def __init__(self, run: Run) -> None:
        self._tail = Tail(run.job_log)
        self.began = self.gave_up = False

    def read(self) -> list[JobEvent]:
        """Return the events since the last call, in the order of the file."""
        events = self._tail.read()
        for event in events:
            self.began = self.began or event.get("event") == "job_info"
            self.gave_up = event.get("event") == "error"
        return events
