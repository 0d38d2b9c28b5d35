"""Bounds of a process that looks into a file which someone may have prepared to harm it."""

import json
import resource
from collections.abc import Callable
from typing import Any

from steps.errors import StepError

#: Seconds of the CPU, and bytes of address space.
_BOUNDS = {resource.RLIMIT_CPU: 20, resource.RLIMIT_AS: 4 * 2**30, resource.RLIMIT_CORE: 0}


def bound() -> None:
    """Set the bounds of this process."""
    for kind, most in _BOUNDS.items():
        resource.setrlimit(kind, (most, most))


def answer(look: Callable[[], dict[str, Any]]) -> None:
    """Print what `look` finds, or code and message of what it refuses, as JSON."""
    try:
        found = look()
    except StepError as error:
        found = {"code": error.code, "message": error.message}
    # ASCII: a message may quote halves of characters.
    print(json.dumps(found))
