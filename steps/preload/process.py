"""The request that both fork servers take, and the process that a fork becomes by it.

One format for both: the gateway asks for a Snakemake, `python -m steps` for a step. A request is
the `repr` of plain values on one line, since `json` takes `python -m steps` longer to import than
a step's whole answer.
"""

from __future__ import annotations

import os
import resource

# `typing` takes a third of the time that `python -m steps` takes to start.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NotRequired, TypedDict

    class Request(TypedDict):
        """What makes a process: `title` names the step or program, `limits` are of resources.

        Only a run has `output`, the file that its output is appended to, and `serve_steps`, whether
        its steps are forked, too; a step has the open files of the one that asks.
        """

        title: str
        arguments: list[str]
        folder: str
        environment: dict[str, str]
        limits: list[tuple[int, tuple[int, int]]]
        output: NotRequired[str]
        serve_steps: NotRequired[bool]


#: The longest request; a longer one is refused, and its process is started anew.
MOST_BYTES = 1 << 20
_KINDS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]


def own_limits() -> list[tuple[int, tuple[int, int]]]:
    """Return the resource limits of this process."""
    return [(kind, resource.getrlimit(kind)) for kind in _KINDS]


def encode(request: Request) -> bytes:
    """Return the request as one line.

    Raises:
        OSError: it is longer than `MOST_BYTES`.
    """
    line = f"{dict(request)!r}\n".encode("utf-8", "surrogateescape")
    if len(line) > MOST_BYTES:
        raise OSError(f"The request has {len(line)} bytes, more than {MOST_BYTES}.")
    return line


def decode(line: bytes) -> Request:
    """Return the request of a line that `encode` wrote."""
    from ast import literal_eval

    request: Request = literal_eval(line.decode("utf-8", "surrogateescape"))
    return request


def become(request: Request, files: Sequence[int]) -> None:
    """Give this process the request's folder, environment, limits, title and open files.

    Args:
        request: what was asked for.
        files: descriptors of standard input, output and error; they are closed afterwards.
    """
    import tempfile

    for number, file in enumerate(files):
        os.dup2(file, number)
    for file in {*files} - {0, 1, 2}:
        os.close(file)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for kind, limit in request["limits"]:
        resource.setrlimit(kind, limit)
    tempfile.tempdir = None
    set_title(request["title"])


def set_title(title: str) -> None:
    """Set the name that `ps` and `top` show of this process."""
    with open("/proc/self/comm", "w") as file:
        file.write(title)
