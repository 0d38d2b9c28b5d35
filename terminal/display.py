"""Show a run to people: Snakemake's handler of logs that stands where its own would be.

It is made like a logger plugin, but the Snakefile puts it there: a plugin has to be installed
beside Snakemake, as the packages of a checkout are not, and an unknown name ends Snakemake at once.
"""

import logging
import os
import sys
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent

from terminal.board import Board, Job
from terminal.ending import Ending
from terminal.history import History
from terminal.lines import Lines
from terminal.rows import proteins_of

if TYPE_CHECKING:
    from terminal.screen import Screen

_JOB_EVENTS = {LogEvent.RUN_INFO, LogEvent.JOB_INFO, LogEvent.JOB_FINISHED, LogEvent.JOB_ERROR}
#: Beginnings of the messages of Snakemake that say something to people; all are in its log file.
_TOLD = ("Nothing to be done", "Trying to restart job", "Creating conda environment", "Pulling ")
_STOPPED = "Terminating processes on user request"
_NEEDLESS = "Assuming unrestricted shared filesystem"


class Display(LogHandlerBase):
    """Show stages, and the end of a run; all that is no run is left to Snakemake's own handler.

    `draws` is whether lines are drawn, between which nothing else should be written.
    """

    writes_to_stream = True
    writes_to_file = False
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __init__(self, own: logging.Handler, settings: Any) -> None:  # noqa: ANN401 (Snakemake's)
        super().__init__(settings, None)
        self._own, self._settings = own, settings
        self._runs = self._closed = False
        self._board, self._history = Board(), History()
        self.draws = _is_terminal()
        self._shown = (_screen() if self.draws else Lines)(self._board, self._history)
        self._ending = Ending()

    def expect(self, datasets: Sequence[str]) -> None:
        """Take the data sets of the run, and the folder that it works in, which is this one."""
        self._shown.datasets = self._ending.datasets = list(datasets)

    def emit(self, record: logging.LogRecord) -> None:
        """Show one record; whatever goes wrong with it, Snakemake's handler shows it instead."""
        try:
            if getattr(record, "event", None) == LogEvent.WORKFLOW_STARTED:
                self._runs = not self._settings.dryrun
            if self._runs:
                self._follow(record)
            elif record.levelno >= logging.ERROR:
                self._ending.errors.append(record)
            elif not record.getMessage().startswith(_NEEDLESS):
                self._own.handle(record)
        except Exception:
            self._own.handle(record)

    def _follow(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", None) in _JOB_EVENTS:
            if job := self._board.note(record):
                self._update(job)
        elif record.levelno >= logging.ERROR:
            self._ending.errors.append(record)
        elif record.levelno == logging.WARNING:
            self._shown.say(record.getMessage(), style="yellow")
        elif record.getMessage().startswith(_STOPPED):
            self._ending.stopped = True
        elif record.getMessage().startswith(_TOLD):
            self._shown.say(record.getMessage())

    def _update(self, job: Job) -> None:
        if not self._settings.quiet:
            self._shown.update(job)
        if job.state == "failed" and not self._ending.stopped:
            reason = f": {job.message} {job.cluster_log}".rstrip() if job.message else ""
            self._shown.say(f"Failed: {job.title}{reason}", style="red")
        elif job.state == "done":
            self._history.add(job.rule, proteins_of(job), job.seconds)

    def close(self) -> None:
        """Say how the run ended, once."""
        if not self._closed:
            self._closed = True
            self._shown.stop()
            _cancel_timers()
            if self._runs:
                self._history.save()
                self._ending.jobs = self._board.jobs
                # Jobs that end by Ctrl-C have not failed.
                self._ending.failed = [] if self._ending.stopped else self._board.failed
            quiet = any(each.name == "ALL" for each in self._settings.quiet or ())
            for text, style in self._ending.lines(self._runs, quiet):
                self._shown.say(text, style)
        self._own.close()
        super().close()


def _is_terminal() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _screen() -> "type[Screen]":
    # rich takes a tenth of a second, which a run that draws nothing need not wait for.
    from terminal.screen import Screen

    return Screen


def _cancel_timers() -> None:
    """Cancel Snakemake's next looks at its queue: it would wait a second for them to end."""
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
