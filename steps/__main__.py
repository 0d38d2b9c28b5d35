"""Run a step: `python -m steps STEP OPTIONS`.

Where STEPS_SERVER names a server (`steps.preload.server`), the step is forked there, without
waiting for imports.
"""

import _socket as socket
import os
import sys
from importlib import import_module
from itertools import pairwise

from steps.preload.process import FORKED, Request, send

#: Step -> the module whose `main` runs it.
STEPS = {
    "retrieve": "steps.retrieve.step",
    "normalize": "steps.normalize.step",
    "embed": "steps.embed.step",
    "merge_embeddings": "steps.embed.merge",
    "annotate": "steps.annotate.step",
    "annotate_shard": "steps.annotate.shard",
    "rank": "steps.annotate.ranking.step",
    "project": "steps.project.step",
    "neighbours": "steps.project.neighbours",
    "similarity": "steps.optional.similarity.step",
    "project_similarity": "steps.optional.similarity.project",
    "statistics": "steps.optional.statistics.step",
    "transfer": "steps.optional.transfer.step",
    "novelty": "steps.optional.novelty",
    "styles": "steps.optional.styles",
    "bundle": "steps.bundle.step",
    "provenance": "steps.report.provenance",
    "preview": "steps.report.preview",
    "export": "steps.report.export",
    "html": "steps.report.html.step",
    "methods": "steps.report.methods.step",
    "prefetch": "steps.preload.prefetch",
}
#: Exit status after Ctrl-C, as shells give it.
INTERRUPTED = 130
_USAGE = f"Write: python -m steps STEP OPTIONS. Steps: {', '.join(STEPS)}."


def main() -> None:
    """Run the step that the command line names; exit with its status."""
    step, *arguments = sys.argv[1:] or [""]
    if step in ("-h", "--help"):
        print(f"Run one step of the pipeline; STEP --help lists its options. {_USAGE}")
        return
    if step not in STEPS:
        fault = f"There is no step '{step}'." if step else "No step is named."
        sys.exit(f"{fault} {_USAGE}")
    try:
        status = served(step, arguments)
    except KeyboardInterrupt:
        # The server ends the step.
        status = INTERRUPTED
    if status is not None:
        sys.exit(status)
    sys.argv = [f"steps {step}", *arguments]
    import_module(STEPS[step]).main()


def served(step: str, arguments: list[str]) -> int | None:
    """Return the exit status of a step that a server forked; `None` where none takes it."""
    address = os.environ.get("STEPS_SERVER")
    if not address or _has_threads(arguments):
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        send(connection, Request.here(step, arguments), [0, 1, 2])
    except OSError:
        connection.close()
        return None
    if _answer(connection) != FORKED:
        connection.close()
        return None
    # A step that was killed has no status.
    answer = _answer(connection)
    return answer[0] if answer else 1


def _has_threads(arguments: list[str]) -> bool:
    """Return whether a step may use several threads: what a server has loaded is for one."""
    return (
        any(option == "--threads" and number != "1" for option, number in pairwise(arguments))
        or "--backend=local" in arguments
    )


def _answer(connection: socket.socket) -> bytes:
    """Return the next message of a server; none (`b""`) once it is gone."""
    try:
        return connection.recv(16)
    except ConnectionError:
        return b""


if __name__ == "__main__":
    main()
