"""Fork steps from a process that has imported what steps need, or is about to.

`python -m steps` sends it the process to fork (`steps.preload.process`), so a step runs as if it
had been started there, only sooner. The server ends with the process that it was forked from, and
a step with the process that asked for it.
"""

import contextlib
import os
import selectors
import signal
import socket
from collections.abc import Callable, Iterable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from steps.__main__ import STEPS
from steps.preload.process import FORKED, REFUSED, Request, become, receive, set_title

_Received = tuple[Request, list[int], socket.socket]


def start(address: str) -> Callable[[], None]:
    """Fork a server that lives as long as this process, and name it to all that it starts.

    Args:
        address: path of its socket, relative to the folder of the jobs.

    Returns:
        A function that ends it.
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
    """Fork steps until nobody holds the other end of the pipe `lives`.

    Requests for steps that are still `loading` are held until `loaded` is called for the step.
    """

    def __init__(self, listener: socket.socket, lives: int, loading: Iterable[str] = ()) -> None:
        self.pids: set[int] = set()
        self.loading = set(loading)
        self.held: list[_Received] = []
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        self.selector.register(lives, selectors.EVENT_READ, self.end)

    def serve(self) -> NoReturn:
        """Handle connections, ends of steps, and the end of the owner."""
        while True:
            self.turn()

    def turn(self, seconds: float | None = None) -> None:
        """Handle what there is to handle, or else the next thing within some seconds."""
        for key, _ in self.selector.select(seconds):
            key.data()

    def loaded(self, step: str) -> None:
        """Fork the held steps of this name; those that come later are forked at once."""
        self.loading.discard(step)
        ready = [each for each in self.held if each[0].program == step]
        self.held = [each for each in self.held if each[0].program != step]
        for received in ready:
            self._fork(*received)

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        try:
            received = receive(connection)
        except ValueError:
            _answer(connection, REFUSED)
        else:
            if not received:
                connection.close()
            elif received[0].program in self.loading:
                self.held.append((*received, connection))
            else:
                self._fork(*received, connection)

    def _fork(self, request: Request, files: list[int], connection: socket.socket) -> None:
        pid = os.fork()
        if pid == 0:
            for key in list(self.selector.get_map().values()):
                os.close(key.fd)
            for *_, other in self.held:
                other.close()
            become(request, files, _run_step)
        for file in files:
            os.close(file)
        with contextlib.suppress(OSError):
            connection.send(FORKED)
        self._follow(pid, connection)

    def _follow(self, pid: int, connection: socket.socket) -> None:
        """Wait for the step; kill it when the process that asked for it goes away."""
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
        self.selector.unregister(ended)
        self.selector.unregister(connection)
        os.close(ended)
        # A step that was killed has no status.
        _answer(connection, bytes([status]) if status >= 0 else b"")

    def end(self) -> NoReturn:
        """Kill the steps, and end."""
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def _answer(connection: socket.socket, message: bytes) -> None:
    """Send the answer, if any, and close; the process that asked may be gone."""
    with connection, contextlib.suppress(OSError):
        if message:
            connection.send(message)


def _run_step(request: Request) -> None:
    import_module(STEPS[request.program]).main()
