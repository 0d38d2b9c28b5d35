"""A server of steps: each is forked from a process that has imported all that steps need.

`python -m steps` sends it what makes a process (`steps.preload.process`), so a step runs as if it
had been started there, only sooner. The server ends with the process that it was forked from, and
a step with the process that asked for it.
"""

import os
import selectors
import signal
import socket
from collections.abc import Callable
from functools import partial
from pathlib import Path
from traceback import print_exc
from typing import NoReturn

from steps import cli
from steps.__main__ import run_step
from steps.preload import modules
from steps.preload.process import MOST_BYTES, become, decode, set_title


def warm() -> None:
    """Import what steps need, load what UMAP has compiled, and read versions."""
    modules.load(modules.OF_STEPS)
    for name in modules.PACKAGES:
        cli.version(name)
    import numpy as np
    import tqdm

    from steps.project.step import DEFAULTS, reduce

    # Its thread would not survive a fork.
    tqdm.tqdm.monitor_interval = 0
    data = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    shared = {"metric": "euclidean", "min_dist": 0.1, "random_state": 42}
    for method in ("pca", "umap"):
        reduce(data, method, DEFAULTS | shared | {"n_neighbors": 15})


def start(address: str) -> Callable[[], None]:
    """Fork a server that lives as long as this process, and name it to all that it starts.

    Args:
        address: path of its socket, relative to the folder of the jobs.

    Returns:
        A function that ends the server.
    """
    Path(address).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen()
    lives, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(held)
        set_title("steps")
        Server(listener, lives).serve()
    os.close(lives)
    listener.close()
    os.environ["STEPS_SERVER"] = address

    def end() -> None:
        os.close(held)
        os.waitpid(pid, 0)

    return end


class Server:
    """Fork steps until nobody holds the other end of the pipe `lives`."""

    def __init__(self, listener: socket.socket, lives: int):
        self.lives = lives
        self.pids: set[int] = set()
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        self.selector.register(lives, selectors.EVENT_READ, self._end)

    def serve(self) -> NoReturn:
        """Answer requests; never return."""
        while True:
            for key, _ in self.selector.select():
                key.data()

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        message, files, flags, _ = socket.recv_fds(connection, MOST_BYTES, 3)
        if len(files) < 3 or flags & socket.MSG_TRUNC:
            return connection.close()
        pid = os.fork()
        if pid == 0:
            for key in list(self.selector.get_map().values()):
                os.close(key.fd)
            _be_step(message, files)
        for file in files:
            os.close(file)
        return self._follow(pid, connection)

    def _follow(self, pid: int, connection: socket.socket) -> None:
        """Watch a step until it is over; it is killed when the one that asked for it is gone."""
        self.pids.add(pid)
        ended = os.pidfd_open(pid)
        over = partial(self._over, pid, ended, connection)
        self.selector.register(ended, selectors.EVENT_READ, over)
        self.selector.register(
            connection, selectors.EVENT_READ, partial(os.kill, pid, signal.SIGKILL)
        )

    def _over(self, pid: int, ended: int, connection: socket.socket) -> None:
        self.pids.discard(pid)
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        for each in (ended, connection):
            self.selector.unregister(each)
        os.close(ended)
        with connection:
            if status >= 0:
                try:
                    connection.send(bytes([status]))
                except OSError:
                    # The one that asked is gone.
                    return

    def _end(self) -> NoReturn:
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _be_step(message: bytes, files: list[int]) -> NoReturn:
    """Run the step that the request asks for in this process, and end it."""
    status = 1
    try:
        request = decode(message)
        become(request, files)
        run_step(request["title"], request["arguments"])
        status = 0
    except BaseException:
        print_exc()
    finally:
        os._exit(status)
