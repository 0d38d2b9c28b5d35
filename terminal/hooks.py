"""What the Snakefile does beside its rules, in a run that somebody gave at the command line."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any

from steps.cli import LOG_TO
from steps.config.paths import as_typed, reached
from terminal import locks
from terminal.forking import Forking

_forking = Forking()


def begin(workflow: Any, logger: Any) -> None:  # noqa: ANN401 (Snakemake's own)
    """Remove a lock that a run on this host left when it was killed, and show the run to people."""
    if not _is_run(workflow):
        return
    interrupt_quietly()
    _show(workflow.logger_manager)
    # A run with a logger of its own is somebody else's: the gateway has forked it.
    if not workflow.logger_manager.plugin_handlers:
        _forking.start_early()
    if locks.remove_stale():
        logger.warning(
            "Removed the lock of an earlier run in this folder: it was killed on this computer. "
            "What it had finished is kept."
        )


def started_in() -> Path:
    """Return where the command was given, as profiles/default says; else the working directory."""
    return Path(os.environ.get("STARTED_IN", ""))


def reach_files(workflow: Any, config: dict[str, Any]) -> None:  # noqa: ANN401
    """Let paths on the command line be relative to where it was given, here and in all jobs."""
    settings = workflow.config_settings
    typed = {key: value for key, value in settings.config.items() if config.get(key) == value}
    if found := reached(typed, started_in()):
        config |= found
        words = [as_typed(key, value) for key, value in found.items()]
        settings.config_args = [*settings.config_args, *words]


def interrupt_quietly() -> None:
    """Say one word where Ctrl-C ends Snakemake before the first job, instead of a traceback."""
    usual = sys.excepthook

    def say(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            print("Stopped.", file=sys.stderr)
        else:
            usual(kind, error, trace)

    sys.excepthook = say


def _show(manager: Any) -> None:  # noqa: ANN401
    """Put our handler in the place of Snakemake's, unless its own words or another are wanted."""
    wanted = manager.settings
    if wanted.verbose or wanted.debug_dag or wanted.printshellcmds or manager.plugin_handlers:
        return
    for own in manager.logger.handlers:
        if own.name == "DefaultStreamHandler":
            from terminal.display import Display

            manager.logger.removeHandler(own)
            manager.logger.addHandler(Display(own, wanted))
            return


def expect(workflow: Any, datasets: Iterable[str]) -> None:  # noqa: ANN401
    """Take the names of the data sets, for the table and the end."""
    if display := _display(workflow):
        display.expect(list(datasets))


def start(workflow: Any) -> None:  # noqa: ANN401
    """Prepare for the first job: Snakemake has planned the run and made its locks by now."""
    if not _is_run(workflow):
        return
    made = getattr(workflow.persistence, "_lockfile", {})
    locks.claim(Path(path) for path in made.values())
    if not workflow.logger_manager.plugin_handlers:
        deployed = workflow.deployment_settings.deployment_method
        _forking.begin(here=workflow.local_exec and not deployed)
    display = _display(workflow)
    if workflow.local_exec and display and display.draws:
        os.environ[LOG_TO] = "file"


def _display(workflow: Any) -> Any:  # noqa: ANN401
    """Return our handler of logs, if it shows this run."""
    handlers = workflow.logger_manager.logger.handlers
    return next((each for each in handlers if hasattr(each, "expect")), None)


def _is_run(workflow: Any) -> bool:  # noqa: ANN401
    """Return whether this process is the run itself: no job of it, and of no other workflow."""
    return bool(workflow.is_main_process and workflow.modifier.is_main_snakefile())
