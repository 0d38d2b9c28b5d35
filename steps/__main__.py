"""Run a step: `python -m steps STEP OPTIONS`.

Where STEPS_SERVER names a server (`steps.preload.server`), the step runs there, and starts at once.
"""

# `socket` and `json` together take as long to import as Python takes to start.
import _socket as socket
import os
import resource
import sys
from array import array
from importlib import import_module

#: Step -> the module whose `main` runs it.
STEPS = {
    "normalize": "steps.normalize.step",
    "embed": "steps.embed.step",
    "merge_embeddings": "steps.embed.merge",
    "annotate": "steps.annotate.step",
    "annotate_shard": "steps.annotate.shard",
    "project": "steps.project.step",
    "similarity": "steps.optional.similarity",
    "statistics": "steps.optional.statistics",
    "transfer": "steps.optional.transfer",
    "styles": "steps.optional.styles",
    "bundle": "steps.bundle.step",
    "provenance": "steps.report.provenance",
    "preview": "steps.report.preview",
    "prefetch": "steps.preload.prefetch",
}
_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]


def main() -> None:
    """Run the step that the command line names; exit with its status."""
    step, *arguments = sys.argv[1:] or [""]
    if step not in STEPS:
        sys.exit(_unknown(step))
    status = served(step, arguments)
    if status is not None:
        sys.exit(status)
    sys.argv = [f"steps {step}", *arguments]
    import_module(STEPS[step]).main()


def _unknown(step: str) -> str:
    fault = f"There is no step '{step}'." if step else "No step is named."
    return f"{fault} Write: python -m steps STEP OPTIONS. Steps: {', '.join(STEPS)}."


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
