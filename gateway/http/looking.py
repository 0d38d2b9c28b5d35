"""Look into uploaded files in a process of its own, which can cost its upload and nothing else."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import structlog
from anyio import CapacityLimiter

from steps.errors import StepError

log = structlog.get_logger()

#: Each look is a process with libraries to load.
LOOKING = CapacityLimiter(2)
#: A file of 1,500 proteins takes one; the rest is for a busy machine.
_SECONDS = 30
_SLOW = "it takes too long to read"


def look(
    program: str, arguments: list[str], text: str, unreadable: Callable[[str], StepError]
) -> dict[str, Any]:
    """Return what a module of `gateway.execution` prints of a file.

    Args:
        program: its name.
        arguments: those of its command line.
        text: its standard input.
        unreadable: makes the error of a file that ends it, from the reason.

    Raises:
        StepError: what is wrong with the file.
    """
    command = [sys.executable, "-m", f"gateway.execution.{program}", *arguments]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise unreadable(_SLOW) from None
    if done.returncode:
        reason = done.stderr[-500:].decode("utf-8", "replace")
        log.warning("file_unreadable", program=program, status=done.returncode, reason=reason)
        slow = done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)
        raise unreadable(_SLOW if slow else "it is damaged")
    found: dict[str, Any] = json.loads(done.stdout)
    if "code" in found:
        raise StepError(found["code"], found["message"])
    return found
