"""The client of the fork server: start Snakemake by a fork, or anew while there is none."""

import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from steps.preload.process import encode

if TYPE_CHECKING:
    from steps.preload.process import Request

log = structlog.get_logger()

ROOT = Path(__file__).resolve().parents[2]
#: How long a fork may take; it takes some milliseconds.
_FORK_SECONDS = 10.0
#: Forks of a process with libraries loaded are safe on Linux only.
_CAN_FORK = sys.platform == "linux"


class ForkServer:
    """Start runs in sessions of their own."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._ready = False

    def prepare(self, environment: dict[str, str]) -> None:
        """Start the server, which imports Snakemake in the background."""
        if _CAN_FORK:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "gateway.execution.forkserver_main"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=environment,
                cwd=ROOT,
                start_new_session=True,
            )

    def start(self, request: "Request") -> int:
        """Start the Snakemake of a request, and return its pid.

        Raises:
            OSError: it cannot be started.
        """
        server = self._running()
        if server and (pid := self._fork(server, request)):
            return pid
        with open(request["output"], "ab") as file:
            # Not asyncio's own subprocess: it would kill the run when the gateway stops.
            return subprocess.Popen(
                [sys.executable, "-m", "snakemake", *request["arguments"]],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=request["environment"],
                cwd=request["folder"],
                start_new_session=True,
            ).pid

    @property
    def warm(self) -> bool:
        """Whether runs start as fast as they ever will."""
        return self._running() is not None or not _CAN_FORK

    def _running(self) -> subprocess.Popen[bytes] | None:
        """Return the server once it is ready, and as long as it lives."""
        server = self._server
        if server is None or server.stdout is None:
            return None
        if server.poll() is not None:
            self._give_up()
            return None
        if not self._ready and select.select([server.stdout], [], [], 0)[0]:
            self._ready = server.stdout.readline() == b"\n"
            if not self._ready:
                self._give_up()
        return server if self._ready else None

    def _fork(self, server: subprocess.Popen[bytes], request: "Request") -> int | None:
        """Return the pid of a forked run; `None` where the server has gone."""
        if server.stdin is None or server.stdout is None:
            return None
        try:
            server.stdin.write(encode(request))
            if not select.select([server.stdout], [], [], _FORK_SECONDS)[0]:
                self.close()
                raise TimeoutError("The process that runs are forked from does not answer.")
            if answer := server.stdout.readline():
                return int(answer)
        except BrokenPipeError:
            pass
        self._give_up()
        return None

    def _give_up(self) -> None:
        log.warning("forkserver_gone")
        self.close()

    def close(self) -> None:
        """Stop the server; runs go on."""
        if self._server:
            self._server.kill()
            self._server.wait()
        self._server, self._ready = None, False
