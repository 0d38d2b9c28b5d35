"""Start Snakemake: forked from a process that has imported it, or anew while there is none."""

import errno
import os
import select
import socket
import subprocess
import sys
from pathlib import Path

import structlog

from gateway.pipeline_files import CODE
from steps.preload.process import Request, send

log = structlog.get_logger()

#: Socket of a run's server of steps, in the folder of the run.
_STEPS_SERVER = ".scratch/steps.sock"
#: How long a fork may take; it takes some milliseconds.
_FORK_SECONDS = 10.0


class ForkServer:
    """A process with Snakemake imported (`forkserver_main`), and the socket that leads to it."""

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
        self._ready = False

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def ready(self) -> bool:
        """Whether its imports are done."""
        if not self._ready and select.select([self._connection], [], [], 0)[0]:
            # Its first message is READY; the end of the socket gives none.
            self._ready = bool(self._receive())
        return self._ready

    def fork(self, request: Request, files: list[int]) -> int | None:
        """Return the pid of a forked run; `None` where the process is gone.

        Raises:
            OSError: EMSGSIZE, for a request that is too long; TimeoutError.
        """
        try:
            send(self._connection, request, files)
        except ConnectionError:
            return None
        answer = self._receive()
        return int(answer) if answer else None

    def _receive(self) -> bytes:
        try:
            return self._connection.recv(32)
        except ConnectionError:
            return b""

    def end(self) -> None:
        """End the process; runs go on."""
        self._connection.close()
        self._process.kill()
        self._process.wait()


class Starter:
    """Start runs in sessions of their own."""

    def __init__(self) -> None:
        self._server: ForkServer | None = None
        self._lost = False

    def prepare(self, environment: dict[str, str]) -> None:
        """Start to import Snakemake in the background."""
        # Forks of a process with libraries loaded are safe on Linux only.
        if sys.platform == "linux":
            self._server = ForkServer(environment)

    def start(
        self,
        arguments: list[str],
        environment: dict[str, str],
        folder: Path,
        output: Path,
        serve_steps: bool = False,
    ) -> int:
        """Start `snakemake ARGUMENTS` with its output appended to a file; return its pid.

        `serve_steps` forks its steps, too, which is for jobs on this machine.

        Raises:
            OSError: it cannot be started.
        """
        with output.open("ab") as log_file:
            served = {"STEPS_SERVER": _STEPS_SERVER} if serve_steps else {}
            request = Request("snakemake", arguments, str(folder), environment | served)
            if pid := self._fork(request, log_file.fileno()):
                return pid
            # Not asyncio's own subprocess: it would kill the run when the gateway stops.
            return subprocess.Popen(
                [sys.executable, "-m", "snakemake", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=log_file,
                env=environment,
                cwd=folder,
                start_new_session=True,
            ).pid

    @property
    def settled(self) -> bool:
        """Whether runs start as fast as they can here; not while, or after, a server is missing."""
        return self._ready_server() is not None or (self._server is None and not self._lost)

    def _ready_server(self) -> ForkServer | None:
        server = self._server
        if server and not server.alive:
            self._give_up()
            return None
        return server if server and server.ready else None

    def _fork(self, request: Request, output: int) -> int | None:
        """Return the pid of a forked run; `None` where it has to be started anew."""
        if not (server := self._ready_server()):
            return None
        try:
            with open(os.devnull, "rb") as nothing:
                pid = server.fork(request, [nothing.fileno(), output, output])
        except TimeoutError:
            self._give_up()
            raise TimeoutError("The process that runs are forked from does not answer.") from None
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise
            return None
        if pid is None:
            self._give_up()
        return pid

    def _give_up(self) -> None:
        log.warning("forkserver_gone")
        self._lost = True
        self.close()

    def close(self) -> None:
        """End the process that runs are forked from; runs go on."""
        if self._server:
            self._server.end()
        self._server = None
