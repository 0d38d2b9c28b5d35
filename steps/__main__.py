"""`python -m steps STEP OPTIONS`: a step, as `python -m steps.STEP` runs it.

Where STEPS_SERVER names a server (`steps.server`), the step is run there, and starts at once.
"""

import json
import os
import resource
import socket
import sys
from importlib import import_module
from importlib.util import find_spec

_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]


def main() -> None:
    _, step, *arguments = sys.argv if sys.argv[1:] else [*sys.argv, ""]
    if not step.isidentifier() or find_spec(f"steps.{step}") is None:
        sys.exit(f"There is no step '{step}'. Write: python -m steps STEP OPTIONS, as rules/ do.")
    status = served(step, arguments)
    if status is not None:
        sys.exit(status)
    sys.argv = [f"steps.{step}", *arguments]
    import_module(f"steps.{step}").main()


def served(step: str, arguments: list[str]) -> int | None:
    """The exit status of a step that a server ran; `None` where there is no server."""
    if not (address := os.environ.get("STEPS_SERVER")):
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        try:
            connection.connect(address)
            request = json.dumps(_what_a_process_has(step, arguments)).encode()
            socket.send_fds(connection, [request], [0, 1, 2])
        except OSError:
            return None
        try:
            answer = connection.recv(1)
        except ConnectionError:
            answer = b""
    # A step that was killed has no status.
    return answer[0] if answer else 1


def _what_a_process_has(step: str, arguments: list[str]) -> dict:
    return {
        "step": step,
        "arguments": arguments,
        "folder": os.getcwd(),
        "environment": dict(os.environ),
        "limits": [(kind, resource.getrlimit(kind)) for kind in _LIMITS],
    }


if __name__ == "__main__":
    main()
