"""Run a step: `python -m steps STEP OPTIONS`.

Where STEPS_SERVER names a server (`steps.preload.server`), the step is forked there, without
waiting for imports.
"""

import _socket as socket
import os
import sys
from importlib import import_module

from steps.preload.process import REFUSED, Request, send

#: Step -> the module whose `main` runs it.
STEPS = {
    "normalize": "steps.normalize.step",
    "embed": "steps.embed.step",
    "merge_embeddings": "steps.embed.merge",
    "annotate": "steps.annotate.step",
    "annotate_shard": "steps.annotate.shard",
    "rank": "steps.annotate.ranking.step",
    "project": "steps.project.step",
    "similarity": "steps.optional.similarity.step",
    "project_similarity": "steps.optional.similarity.project",
    "statistics": "steps.optional.statistics",
    "transfer": "steps.optional.transfer.step",
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
        print(f"Run one step of the pipeline; STEP --help lists its options. {_USAGE}")
        return
    if step not in STEPS:
        fault = f"There is no step '{step}'." if step else "No step is named."
        sys.exit(f"{fault} {_USAGE}")
    status = served(step, arguments)
    if status is not None:
        sys.exit(status)
    sys.argv = [f"steps {step}", *arguments]
    import_module(STEPS[step]).main()


def served(step: str, arguments: list[str]) -> int | None:
    """Return the exit status of a step that a server forked; `None` where none takes it."""
    if not (address := os.environ.get("STEPS_SERVER")):
        return None
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.connect(address)
        send(connection, Request.here(step, arguments), [0, 1, 2])
    except OSError:
        connection.close()
        return None
    try:
        answer = connection.recv(16)
    except ConnectionError:
        answer = b""
    if answer == REFUSED:
        return None
    # A step that was killed has no status.
    return answer[0] if answer else 1


if __name__ == "__main__":
    main()
