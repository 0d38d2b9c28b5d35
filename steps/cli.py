"""Run a step from its command line: with a log, a report, and errors without tracebacks.

A step that fails writes `{"code", "message"}` beside its log, as `<log stem>.error.json`,
so that the gateway can report the cause without reading the log.
"""

import argparse
import errno
import logging
import os
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, NoReturn

from steps.errors import StepError
from steps.files import write_json

log = logging.getLogger("steps")

#: Variable of the environment: with the value `file`, a step that has a log writes nothing to the
#: terminal, and its warnings also into a file of their own. What started it shows them.
LOG_TO = "STEPS_LOG_TO"
#: `extra` of a warning that names places of this machine, or says what others have computed here:
#: it goes to the terminal and the log file, and into no report, which users of a server may read.
FOR_OPERATOR = {"for_operator": True}


@dataclass
class Report:
    """Report of one job; `provenance.json` gathers the reports of a data set."""

    step: str
    counts: dict[str, int] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    packages: tuple[str, ...] = ()

    def as_dict(self, seconds: float) -> dict[str, Any]:
        """Return the report as JSON-ready values; `seconds` excludes the interpreter's start."""
        return {
            "step": self.step,
            "seconds": round(seconds, 3),
            "counts": self.counts,
            "parameters": self.parameters,
            "warnings": self.warnings,
            "versions": {name: version(name) for name in self.packages},
        }


class _Collector(logging.Handler):
    """Collect every warning, ours or a library's, for the report; none `FOR_OPERATOR`."""

    def __init__(self, report: Report) -> None:
        super().__init__(logging.WARNING)
        self.report = report

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno == logging.WARNING and not hasattr(record, "for_operator"):
            self.report.warnings.append(record.getMessage())


@cache
def version(package: str) -> str:
    """Return the version of an installed package; cached, since reading it takes milliseconds.

    Raises:
        PackageNotFoundError: it is not installed.
    """
    return metadata.version(package)


Work = Callable[[argparse.Namespace, Report], None]


def parser(step: str, description: str | None) -> argparse.ArgumentParser:
    """Return an argument parser with the options that all steps have."""
    result = argparse.ArgumentParser(prog=f"python -m steps {step}", description=description)
    result.add_argument("--report", type=Path, help="write counts, versions and seconds here")
    result.add_argument("--log", type=Path, help="write the log here as well as to the terminal")
    return result


def run(options: argparse.ArgumentParser, work: Work, argv: list[str] | None = None) -> None:
    """Do the work and end the process: status 0, 1 on any error, 2 for a wrong command line.

    With `argv`, return instead.

    Raises:
        SystemExit: with `argv`, where the status is not 0.
    """
    status = 0
    try:
        _run(options, work, argv)
    except SystemExit as end:
        status = exit_status(end)
    except KeyboardInterrupt:
        # By whoever waits for the step; there is nothing to tell them.
        status = 130
    if argv is None:
        _leave(status)
    if status:
        raise SystemExit(status)


def exit_status(end: SystemExit) -> int:
    """Return the status of a process that ends so; a message goes to standard error, as ever."""
    if isinstance(end.code, str):
        sys.stderr.write(f"{end.code}\n")
        return 1
    return end.code or 0


def _leave(status: int) -> NoReturn:
    """End at once, without tearing down the interpreter: all files are in place.

    Arrow's threads abort one process in some hundreds on a busy machine while the interpreter
    tears itself down, which would turn finished work into a failed job.
    """
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _run(options: argparse.ArgumentParser, work: Work, argv: list[str] | None) -> None:
    arguments = options.parse_args(argv)
    step = options.prog.rpartition(" ")[2]
    report, started = Report(step), time.monotonic()
    _start_log(arguments.log, report)
    try:
        work(arguments, report)
        if arguments.report:
            write_json(arguments.report, report.as_dict(time.monotonic() - started))
    except StepError as error:
        _fail(step, arguments.log, _resource_error(error) or error)
    except Exception as error:
        log.debug("%s", traceback.format_exc())
        _fail(step, arguments.log, _resource_error(error) or _unexpected(arguments.log))


def _start_log(path: Path | None, report: Report) -> None:
    handlers: list[logging.Handler] = [_Collector(report)]
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        error_file(path).unlink(missing_ok=True)
        warnings_file(path).unlink(missing_ok=True)
    if path and os.environ.get(LOG_TO) == "file":
        handlers.append(_at(logging.WARNING, logging.FileHandler(warnings_file(path), delay=True)))
    else:
        handlers.append(_at(logging.INFO, logging.StreamHandler()))
    if path:
        handlers.append(logging.FileHandler(path, mode="w", encoding="utf-8"))
    logging.basicConfig(format="%(message)s", level=logging.WARNING, handlers=handlers, force=True)
    # Libraries log warnings only; tracebacks of ours go to the file.
    log.setLevel(logging.DEBUG)


def _at(level: int, handler: logging.Handler) -> logging.Handler:
    handler.setLevel(level)
    if level == logging.WARNING:
        handler.addFilter(lambda record: record.levelno == level)
    return handler


def warnings_file(log_path: Path) -> Path:
    """Return the file for warnings of the step that logs to `log_path`, a line each, if any."""
    return log_path.with_suffix(".warnings")


def error_file(log_path: Path) -> Path:
    """Return the file for code and message of the step that logs to `log_path`."""
    return log_path.with_suffix(".error.json")


def _resource_error(error: BaseException | None) -> StepError | None:
    """Return an error for exhausted memory or disk anywhere in the chain of causes."""
    if error is None:
        return None
    if isinstance(error, MemoryError):
        message = "The step needs more memory than it may use. Use fewer sequences, or allow more."
        return StepError("OUT_OF_MEMORY", message)
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT):
        message = "The disk is full, or the quota used up. Free some space and run again."
        return StepError("DISK_FULL", message)
    if number == errno.EFBIG:
        message = "The step would write a file larger than it may. Use fewer sequences."
        return StepError("OUTPUT_TOO_LARGE", message)
    return _resource_error(error.__cause__ or error.__context__)


def _unexpected(log_path: Path | None) -> StepError:
    where = f" The traceback is in {log_path}." if log_path else " Use --log FILE to see where."
    name = type(sys.exception()).__name__
    return StepError("INTERNAL", f"The step stopped unexpectedly ({name}).{where}")


def _fail(step: str, log_path: Path | None, error: StepError) -> None:
    if log_path:
        try:
            write_json(error_file(log_path), {"code": error.code, "message": error.message})
        except OSError as fault:
            log.warning("%s cannot be written: %s", error_file(log_path), fault)
    log.error("%s: %s: %s", step, error.code, error.message)
    raise SystemExit(1)
