"""Starts Snakemake: forked from a process that has imported it, or anew while there is none."""

import json
import select
import subprocess
import sys
from pathlib import Path

import structlog

log = structlog.get_logger()

ROOT = Path(__file__).resolve().parents[2]
#: How long a fork may take; it takes some milliseconds.
_FORK_SECONDS = 10.0


class Starter:
    """Starts runs in sessions of their own."""

    def __init__(self) -> None:
        self._server: subprocess.Popen | None = None
        self._ready = False

    def prepare(self, environment: dict[str, str]) -> None:
        """Have Snakemake imported in the background."""
        # Forks of a process with libraries loaded are safe on Linux only.
        if sys.platform == "linux":
            self._server = subprocess.Popen(
                [sys.executable, "-m", "gateway.execution.forkserver_main"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=environment,
                cwd=ROOT,
                start_new_session=True,
            )

    def start(
        self,
        arguments: list[str],
        environment: dict,
        folder: Path,
        output: Path,
        serve_steps: bool = False,
    ) -> int:
        """Start `snakemake ARGUMENTS` with its output appended to a file; its pid.

        `serve_steps` forks its steps, too, which is for jobs on this machine.

        Raises:
            OSError: it cannot be started.
        """
        if self._is_ready():
            request = {"arguments": arguments, "environment": environment}
            request |= {"serve_steps": serve_steps}
            if pid := self._fork(request | {"folder": str(folder), "output": str(output)}):
                return pid
        with output.open("ab") as file:
            # Not asyncio's own subprocess: it would kill the run when the gateway stops.
            return subprocess.Popen(
                [sys.executable, "-m", "snakemake", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                env=environment,
                cwd=folder,
                start_new_session=True,
            ).pid

    @property
    def settled(self) -> bool:
        """Whether runs start as fast as they ever will."""
        return self._is_ready() or self._server is None

    def _is_ready(self) -> bool:
        if self._server and not self._ready:
            if select.select([self._server.stdout], [], [], 0)[0]:
                self._ready = self._server.stdout.readline() == b"\n"
                if not self._ready:
                    self._give_up()
        return self._ready

    def _fork(self, request: dict) -> int | None:
        """The pid of a forked run; `None` where the process to fork from is gone."""
        try:
            self._server.stdin.write(json.dumps(request).encode() + b"\n")
            if not select.select([self._server.stdout], [], [], _FORK_SECONDS)[0]:
                self.close()
                raise TimeoutError("The process that runs are forked from does not answer.")
            if answer := self._server.stdout.readline():
                return int(answer)
        except BrokenPipeError:
            pass
        self._give_up()
        return None

    def _give_up(self) -> None:
        log.warning("forkserver_gone")
        self.close()

    def close(self) -> None:
        """Let go of the process to fork from; runs go on."""
        if self._server:
            self._server.kill()
            self._server.wait()
        self._server, self._ready = None, False
