"""Ask a fork server for a process: its description, the message that carries it, and becoming it.

A message is the `repr` of plain values, in one packet of a SOCK_SEQPACKET socket, with the process'
standard input, output and error as descriptors beside it. Each step imports this module, so it
does without `json` and `socket`, which take as long to import as Python takes to start.
"""

import _socket as socket
import errno
import os
import resource
import sys
from array import array
from collections.abc import Callable, Sequence

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn

#: Changes with the fields of a request: another version of the code may be at the other end.
VERSION = 2
_MOST_BYTES = 1 << 20
_STANDARD_FILES = 3
_LIMITS = [getattr(resource, name) for name in dir(resource) if name.startswith("RLIMIT_")]
#: Answer to a message that cannot be read; who asked starts the process without a fork server.
REFUSED = b"refused"
#: First answer to a request whose process was forked; without it, the process was never begun.
FORKED = b"forked"

Limit = tuple[int, tuple[int, int]]


class Request:
    """A process: program, arguments, folder, environment, and resource limits to set."""

    def __init__(
        self,
        program: str,
        arguments: Sequence[str],
        folder: str,
        environment: dict[str, str],
        limits: Sequence[Limit] = (),
    ) -> None:
        self.program, self.arguments, self.folder = program, list(arguments), folder
        self.environment, self.limits = environment, list(limits)

    @classmethod
    def here(cls, program: str, arguments: Sequence[str]) -> "Request":
        """Return a process with folder, environment and limits of this one."""
        limits = [(kind, resource.getrlimit(kind)) for kind in _LIMITS]
        return cls(program, arguments, os.getcwd(), dict(os.environ), limits)

    def encode(self) -> bytes:
        """Return the message of this request; `decode` is the inverse."""
        fields = (self.program, self.arguments, self.folder, self.environment, self.limits)
        return repr((VERSION, *fields)).encode()

    @classmethod
    def decode(cls, message: bytes) -> "Request":
        """Return the request of a message.

        Raises:
            ValueError: it is of another version of this module.
        """
        from ast import literal_eval

        version, *fields = literal_eval(message.decode())
        if version != VERSION:
            raise ValueError("the message is of another version")
        return cls(*fields)


def send(connection: socket.socket, request: Request, files: Sequence[int]) -> None:
    """Send a request and its standard files.

    Raises:
        OSError: nobody receives it, or (EMSGSIZE) it is longer than a message may be.
    """
    message = request.encode()
    if len(message) > _MOST_BYTES:
        raise OSError(errno.EMSGSIZE, os.strerror(errno.EMSGSIZE))
    rights = (socket.SOL_SOCKET, socket.SCM_RIGHTS, array("i", files))
    connection.sendmsg([message], [rights])


def receive(connection: socket.socket) -> tuple[Request, list[int]] | None:
    """Return the next request and its standard files; `None` when the other end is closed.

    Raises:
        ValueError: the message is truncated, lacks a file, or is of another version.
    """
    space = socket.CMSG_SPACE(_STANDARD_FILES * array("i").itemsize)
    message, control, flags, _ = connection.recvmsg(_MOST_BYTES, space)
    files = [file for *_, data in control for file in array("i", data)]
    if not message:
        return None
    try:
        if flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC) or len(files) != _STANDARD_FILES:
            raise ValueError("the message is not complete")
        return Request.decode(message), files
    except (ValueError, SyntaxError) as error:
        for file in files:
            os.close(file)
        raise ValueError(f"not a request: {error}") from error


def become(request: Request, files: Sequence[int], work: Callable[[Request], None]) -> "NoReturn":
    """Turn this fork into the process of the request, do its work, and end with its status."""
    import tempfile
    from traceback import print_exc

    from steps.cli import exit_status

    status = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(request.folder)
        os.environ.clear()
        os.environ.update(request.environment)
        for kind, limit in request.limits:
            resource.setrlimit(kind, limit)
        # It was computed from the environment of the fork server.
        tempfile.tempdir = None
        set_title(request.program)
        sys.argv = [request.program, *request.arguments]
        work(request)
        status = 0
    except SystemExit as end:
        status = exit_status(end)
    except BaseException:
        print_exc()
    finally:
        # An ordinary exit would wait for threads, such as that of Snakemake's rate limiter: 1 s.
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def set_title(name: str) -> None:
    """Set the name of this process that `ps` and `top` show."""
    with open("/proc/self/comm", "w") as file:
        file.write(name)
