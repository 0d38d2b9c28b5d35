"""Run a step: `python -m steps STEP OPTIONS`.

Where STEPS_SERVER names a server (`steps.preload.server`), the step runs there, and starts at once.
"""

# `socket` takes as long to import as Python takes to start.
import _socket as socket
import os
import sys
from array import array
from importlib import import_module

from steps.preload.process import encode, own_limits

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
_USAGE = f"Write: python -m steps STEP OPTIONS. Steps: {', '.join(STEPS)}."


def main() -> None:
    """Run the step that the command line names; exit with its status."""
    step, *arguments = sys.argv[1:] or [""]
    if step in ("-h", "--help"):
        print(_USAGE)
        return
    if step not in STEPS:
        fault = f"There is no step '{step}'." if step else "No step is named."
        sys.exit(f"{fault} {_USAGE}")
    status = served(step, arguments)
    if status is not None:
        sys.exit(status)
    run_step(step, arguments)


def run_step(step: str, arguments: list[str]) -> None:
    """Run a step in this process."""
    sys.argv = [f"steps {step}", *arguments]
    import_module(STEPS[step]).main()


def served(step: str, arguments: list[str]) -> int | None:
    """Return the exit status of a step that a server ran; `None` where there is no server."""
    if not (address := os.environ.get("STEPS_SERVER")):
        return None
    files = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", [0, 1, 2]))
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        connection.sendmsg([_request(step, arguments)], [files])
    except OSError:
        connection.close()
        return None
    try:
        answer = connection.recv(1)
    except ConnectionError:
        answer = b""
    # A step that was killed has no status.
    return answer[0] if answer else 1


def _request(step: str, arguments: list[str]) -> bytes:
    return encode(
        {
            "title": step,
            "arguments": arguments,
            "folder": os.getcwd(),
            "environment": dict(os.environ),
            "limits": own_limits(),
        }
    )


if __name__ == "__main__":
    main()
