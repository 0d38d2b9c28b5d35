"""Start a server beside a run that loads what steps need while Snakemake plans, and forks them.

A step is forked only where its command would be run by this very Python: no cluster, no environment
of its own.
"""

import atexit
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from steps.project import numba_cache

#: Options that start no job here, at the beginning of a word of the command line.
_NO_JOBS = (
    *("--dry", "-n", "--lint", "--list", "-l", "--dag", "--rulegraph", "--filegraph", "--d3dag"),
    *("--unlock", "--summary", "-S", "--detailed-summary", "-D", "--report", "--touch", "-t"),
    *("--delete", "--cleanup", "--containerize", "--archive", "--generate", "--print", "--conda"),
    *("--executor", "-e", "--profile", "--sdm", "--software", "--use-", "--help", "-h"),
)
#: Longest address of a socket that all systems take.
_LONGEST = 100
#: How long the server gets to end what it has forked.
_PATIENCE_SECONDS = 60.0


class Forking:
    """The server of this run, if there is one."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None
        self._has_jobs = False

    def start_early(self) -> None:
        """Start the server if the command line says that jobs will run here."""
        named = "SNAKEMAKE_PROFILE" in os.environ
        if not named and not any(word.startswith(_NO_JOBS) for word in sys.argv[1:]):
            self._start()

    def begin(self, here: bool) -> None:
        """Take note that jobs begin; start the server if they run here and it was not clear before.

        Args:
            here: whether jobs run on this machine, and in this environment.
        """
        self._has_jobs = True
        if here and self._server is None:
            self._start()
        elif not here:
            self._end()

    def _start(self) -> None:
        """Start it and name it to all jobs; without one, steps run by themselves."""
        if sys.platform != "linux" or "STEPS_SERVER" in os.environ:
            return
        folder = Path(tempfile.mkdtemp(prefix="steps-"))
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        address = str(folder / "socket")
        if len(address) > _LONGEST:
            return
        # Numba goes by the environment of a forked step, even where it was loaded before.
        numba_cache.use_cache()
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
            listener.bind(address)
            listener.listen()
            self._server = self._popen(listener.fileno())
        os.environ["STEPS_SERVER"] = address
        atexit.register(self._end)

    @staticmethod
    def _popen(listener: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-m", "steps.preload.beside", str(listener)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Ctrl-C in the terminal ends those who wait for steps, and so the steps.
            start_new_session=True,
            pass_fds=[listener],
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )

    def _end(self) -> None:
        """End the server, and the steps that it has forked."""
        os.environ.pop("STEPS_SERVER", None)
        server, self._server = self._server, None
        if server is None or server.stdin is None:
            return
        server.stdin.close()
        try:
            server.wait(_PATIENCE_SECONDS if self._has_jobs else 0)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
