"""Start Snakemake: forked from a process that has imported it, or anew while there is none."""

import asyncio
import errno
import subprocess
import sys
import threading
import time
from pathlib import Path

import structlog

from gateway.execution.forkserver import ForkServer, ForkServerLost
from gateway.metrics import Metrics
from steps.preload.process import Request

log = structlog.get_logger()

#: Socket of a run's server of steps, in the folder of the run.
_STEPS_SERVER = ".scratch/steps.sock"
_LOOK_SECONDS = 0.2
#: How long a fork server may be halted before another takes its place.
_HALTED_SECONDS = 5.0
#: Waits before a fork server is started again: each twice the last, until one lasts.
_FIRST_WAIT_SECONDS = 1.0
_LONGEST_WAIT_SECONDS = 60.0
_LASTED_SECONDS = 60.0
#: How long a run may wait for imports: without them it takes several times as long.
_WARM_SECONDS = 15.0


class Starter:
    """Start runs in sessions of their own, and keep the fork server that they come from."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._server: ForkServer | None = None
        self._keeper: asyncio.Task[None] | None = None
        # Runs are started in threads; the fork server answers one at a time.
        self._asking = threading.Lock()

    def prepare(self, environment: dict[str, str]) -> None:
        """Start the fork server, now and whenever it is gone."""
        # Forks of a process with libraries loaded are safe on Linux only.
        if sys.platform == "linux":
            self._server = ForkServer(environment)
            self._keeper = asyncio.create_task(self._keep(self._server, environment))

    async def _keep(self, server: ForkServer, environment: dict[str, str]) -> None:
        """Put another fork server in the place of one that is lost, again and again."""
        wait = _FIRST_WAIT_SECONDS
        while True:
            started = time.monotonic()
            reason = await _until_lost(server)
            wait = _FIRST_WAIT_SECONDS if time.monotonic() - started > _LASTED_SECONDS else wait
            log.warning("forkserver_lost", reason=reason, again_in_seconds=wait)
            self._metrics.forkservers_lost.inc()
            server.end()
            await asyncio.sleep(wait)
            wait = min(2 * wait, _LONGEST_WAIT_SECONDS)
            try:
                self._server = server = ForkServer(environment)
            except OSError as error:
                log.error("forkserver_not_started", error=str(error))

    @property
    def warm(self) -> bool:
        """Whether runs start as fast as they can here; not while a fork server is missing."""
        return self._keeper is None or self._usable() is not None

    async def wait_until_warm(self) -> None:
        """Wait until the fork server has its imports, where that will be soon."""
        deadline = time.monotonic() + _WARM_SECONDS
        # No event tells; and it may be halted or go.
        while not self.warm and self._is_importing() and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)

    def _is_importing(self) -> bool:
        server = self._server
        return bool(server and server.alive and not server.imported and not server.stopped)

    def _usable(self) -> ForkServer | None:
        server = self._server
        usable = server and server.imported and server.alive and not server.stopped
        return server if usable else None

    def start(
        self,
        arguments: list[str],
        environment: dict[str, str],
        folder: Path,
        output: Path,
        serve_steps: bool = False,
    ) -> int:
        """Start `snakemake ARGUMENTS` with its output appended to a file; return its pid.

        It may take seconds, where the fork server does not answer. `serve_steps` forks the steps of
        the run, too, which is for jobs on this machine.

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

    def _fork(self, request: Request, output: int) -> int | None:
        """Return the pid of a forked run; `None` where it has to be started anew."""
        with self._asking:
            if not (server := self._usable()):
                return None
            try:
                return server.fork(request, output)
            except ForkServerLost:
                server.end()
            except OSError as error:
                if error.errno != errno.EMSGSIZE:
                    raise
            return None

    def close(self) -> None:
        """End the fork server; runs go on."""
        if self._keeper:
            self._keeper.cancel()
        if self._server:
            self._server.end()


async def _until_lost(server: ForkServer) -> str:
    """Return why a fork server is of no use any more, as soon as it is not."""
    halted = 0.0
    while server.alive:
        server.look()
        halted = halted + _LOOK_SECONDS if server.stopped else 0.0
        if halted > _HALTED_SECONDS:
            return "halted"
        await asyncio.sleep(_LOOK_SECONDS)
    return "gone"
