"""The process that runs are forked from, seen by the gateway: start it, ask it, watch it."""

import os
import select
import socket
import subprocess
import sys

import psutil

from gateway.pipeline_files import CODE
from steps.preload.process import Request, send

#: How long a fork may take; it takes some milliseconds, longer where memory was swapped out.
_FORK_SECONDS = 5.0


class ForkServerLost(Exception):
    """The process is gone or does not answer; it forks no run any more."""


class ForkServer:
    """A process with Snakemake imported (`forkserver_main`), and the socket that leads to it.

    `imported` is whether its imports were done when `look` was called last.
    """

    def __init__(self, environment: dict[str, str]) -> None:
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connection.settimeout(_FORK_SECONDS)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gateway.execution.forkserver_main"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=environment,
                cwd=CODE,
                start_new_session=True,
            )
        self.imported = False

    def look(self) -> None:
        """Take note of the message that the imports are done; one thread only may look."""
        if not self.imported and select.select([self._connection], [], [], 0)[0]:
            # The end of the socket gives none.
            self.imported = bool(self.receive())

    @property
    def alive(self) -> bool:
        """Whether the process exists."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """The pid of the process."""
        return self._process.pid

    @property
    def stopped(self) -> bool:
        """Whether the process was halted by a signal or a debugger."""
        try:
            return psutil.Process(self.pid).status() in (
                psutil.STATUS_STOPPED,
                psutil.STATUS_TRACING_STOP,
            )
        except psutil.NoSuchProcess:
            return False

    def fork(self, request: Request, output: int) -> int:
        """Return the pid of a forked run, which begins now, if ever.

        The run waits for its standard input: a byte lets it begin, the end of the file ends it. So
        a run whose pid did not come back in time never begins, and can be started in another way.

        Raises:
            ForkServerLost: no pid came back.
            OSError: EMSGSIZE, for a request that is too long.
        """
        waits, begin = os.pipe()
        try:
            send(self._connection, request, [waits, output, output])
            answer = self.receive()
            if not answer:
                raise ForkServerLost
            os.write(begin, b"\n")
            return int(answer)
        except (ConnectionError, TimeoutError) as error:
            raise ForkServerLost from error
        finally:
            os.close(waits)
            os.close(begin)

    def receive(self) -> bytes:
        """Return the next message; none (`b""`) once the process is gone.

        Raises:
            TimeoutError: none came in time.
        """
        try:
            return self._connection.recv(32)
        except ConnectionError:
            return b""

    def end(self) -> None:
        """End the process; runs go on."""
        self._connection.close()
        self._process.kill()
        self._process.wait()
