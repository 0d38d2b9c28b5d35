"""Log a Snakemake run as one JSON object per event: the logger plugin `runlog`.

    snakemake --logger runlog --logger-runlog-path jobs.jsonl

Each line has `schema_version`, `time` (seconds since the epoch), `uptime` (seconds since the start
of the machine), `event`, and where the event has
them, `rule`, `jobs` (job ids), `log` (paths), `done`, `total` and `message`. `emit` raises nothing:
an exception in a handler would end the log while the run goes on.
"""

import json
import time
from dataclasses import dataclass, field
from logging import LogRecord

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent
from snakemake_interface_logger_plugins.settings import LogHandlerSettingsBase

_WRITTEN = {
    LogEvent.WORKFLOW_STARTED,
    LogEvent.JOB_INFO,
    LogEvent.JOB_STARTED,
    LogEvent.JOB_FINISHED,
    LogEvent.JOB_ERROR,
    LogEvent.PROGRESS,
    LogEvent.ERROR,
}
_SCHEMA_VERSION = 1
#: Setting the clock does not move it; its zero is the start of the machine on Linux.
_UPTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_CARRIED = {"rule": "rule_name", "log": "log", "done": "done", "total": "total"}


@dataclass
class LogHandlerSettings(LogHandlerSettingsBase):
    """Settings of the plugin, as options `--logger-runlog-*` of Snakemake."""

    path: str = field(
        default="jobs.jsonl",
        metadata={"help": "file to append events to, relative to the working directory"},
    )


class LogHandler(LogHandlerBase):
    """Append events of Snakemake to a file."""

    settings: LogHandlerSettings
    writes_to_stream = False
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def emit(self, record: LogRecord) -> None:
        """Append one event; other records are left out."""
        try:
            event = getattr(record, "event", None)
            if event in _WRITTEN:
                with open(self.settings.path, "a", encoding="utf-8") as file:
                    file.write(json.dumps(_entry(str(event), record)) + "\n")
        except Exception:
            self.handleError(record)

    def handleError(self, record: LogRecord) -> None:
        """Drop this one event in silence: standard error belongs to the run."""


def _entry(event: str, record: LogRecord) -> dict[str, object]:
    entry: dict[str, object] = {
        "schema_version": _SCHEMA_VERSION,
        "time": time.time(),
        "uptime": time.clock_gettime(_UPTIME),
        "event": event,
    }
    for key, name in _CARRIED.items():
        if hasattr(record, name):
            entry[key] = getattr(record, name)
    jobs = _jobs(record)
    if jobs:
        entry["jobs"] = jobs
    if event in (LogEvent.ERROR, LogEvent.JOB_ERROR):
        entry["message"] = str(record.getMessage())[:2000]
    return entry


def _jobs(record: LogRecord) -> list[int]:
    if hasattr(record, "jobs"):
        return [int(job) for job in record.jobs]
    for name in ("jobid", "job_id"):
        if hasattr(record, name):
            return [int(getattr(record, name))]
    return []
