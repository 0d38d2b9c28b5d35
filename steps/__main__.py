"""`python -m steps STEP OPTIONS`: a step, as `python -m steps.STEP` runs it.

Where STEPS_SERVER names a server (`steps.server`), the step is run there, and starts at once.
"""

# `socket` and `json` together take as long to import as Python takes to start.
import _socket as socket
import os
import resource
import sys
from array import array
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
    files = socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [0, 1, 2])
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        connection.sendmsg([repr(_what_a_process_has(step, arguments)).encode()], [files])
    except OSError:
        connection.close()
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
