"""A server of steps that imports while it serves: `python -m steps.preload.beside DESCRIPTOR`.

For a run that has nothing to be forked from: it is started as soon as the run is, and loads what
the steps need in the order in which they begin. The descriptor is that of a listening socket;
standard input ends with the run.
"""

import contextlib
import gc
import socket
import sys
import warnings
from pathlib import Path
from typing import NoReturn

from steps.__main__ import STEPS
from steps.preload.modules import IN_ORDER, load, names
from steps.preload.process import set_title
from steps.preload.server import Server


class _Beside(Server):
    """A server that takes its socket with it, also where the run was killed."""

    def __init__(self, listener: socket.socket) -> None:
        super().__init__(listener, lives=0, loading=IN_ORDER)
        self._socket = Path(listener.getsockname())

    def end(self) -> NoReturn:
        """Remove the socket, whose folder has nothing else, and end."""
        with contextlib.suppress(OSError):
            self._socket.unlink()
            self._socket.parent.rmdir()
        super().end()


def main() -> None:
    """Load and serve until the run has ended."""
    # The one other thread is that of Arrow's allocator jemalloc, which handles forks.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    listener = socket.socket(fileno=int(sys.argv[1]))
    set_title("steps")
    server = _Beside(listener)
    for step, needed in IN_ORDER.items():
        for name in (STEPS[step], *needed):
            load(name)
            server.turn(0)
        server.loaded(step)
    import tqdm

    # Its thread would not survive a fork.
    tqdm.tqdm.monitor_interval = 0
    for name in names():
        load(name)
        server.turn(0)
    gc.freeze()
    server.serve()


if __name__ == "__main__":
    main()
