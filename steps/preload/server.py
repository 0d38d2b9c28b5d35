"""A server of steps: each is forked from a process that has imported all that steps need.

`python -m steps` sends it what makes a process (arguments, folder, environment, limits, open
files), so a step runs as if it had been started there, only sooner. The server ends with the
process that it was forked from, and a step with the process that asked for it.
"""

import os
import resource
import selectors
import signal
import socket
import sys
import tempfile
from ast import literal_eval
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from traceback import print_exc
from typing import NoReturn

from steps import cli
from steps.__main__ import STEPS

#: All that the steps of a usual run import.
_MODULES = (
    "faiss h5py pyarrow.dataset pyarrow.parquet sklearn.decomposition protspace.data.io.bundle "
    "steps.normalize.step steps.embed.step steps.embed.models.biocentral_embeddings "
    "steps.embed.models.biocentral steps.embed.models.composition steps.cache.cache "
    "sqlalchemy.dialects.sqlite "
    "steps.annotate.step steps.annotate.header steps.annotate.sequence "
    "steps.annotate.remote.fetched steps.project.step steps.bundle.step steps.report.provenance"
).split()
#: Whose versions their reports give.
_PACKAGES = (
    "biocentral-api biopython faiss-cpu h5py numba numpy protspace pyarrow scikit-learn scipy "
    "snakemake umap-learn"
).split()
_MOST_BYTES = 1 << 20


def warm() -> None:
    """Import what steps need, load what UMAP has compiled, and read versions."""
    for name in _MODULES:
        import_module(name)
    for name in _PACKAGES:
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
        What ends it.
    """
    Path(address).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(address)
    listener.listen()
    lives, held = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(held)
        call("steps")
        Server(listener, lives).serve()
    os.close(lives)
    listener.close()
    os.environ["STEPS_SERVER"] = address

    def end() -> None:
        os.close(held)
        os.waitpid(pid, 0)

    return end


def call(name: str) -> None:
    """What `ps` and `top` show of this process."""
    Path("/proc/self/comm").write_text(name)


class Server:
    """Forks steps until nobody holds the other end of the pipe `lives`."""

    def __init__(self, listener: socket.socket, lives: int):
        self.lives, self.pids = lives, set()
        self.selector = selectors.DefaultSelector()
        self.selector.register(listener, selectors.EVENT_READ, partial(self._accept, listener))
        self.selector.register(lives, selectors.EVENT_READ, self._end)

    def serve(self) -> NoReturn:
        while True:
            for key, _ in self.selector.select():
                key.data()

    def _accept(self, listener: socket.socket) -> None:
        connection, _ = listener.accept()
        message, files, _, _ = socket.recv_fds(connection, _MOST_BYTES, 3)
        if len(files) < 3:
            return connection.close()
        pid = os.fork()
        if pid == 0:
            for key in list(self.selector.get_map().values()):
                os.close(key.fd)
            become(literal_eval(message.decode()), files)
        for file in files:
            os.close(file)
        self._follow(pid, connection)

    def _follow(self, pid: int, connection: socket.socket) -> None:
        """Until the step is over; it is killed when the one that asked for it goes away."""
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
                    # Who asked is gone.
                    return

    def _end(self) -> NoReturn:
        for pid in self.pids:
            os.kill(pid, signal.SIGKILL)
        os._exit(0)


def become(request: dict, files: list[int]) -> NoReturn:
    """Be the step that the request asks for."""
    status = 1
    try:
        for number, file in enumerate(files):
            os.dup2(file, number)
            os.close(file)
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        for kind, limit in request["limits"]:
            resource.setrlimit(kind, limit)
        tempfile.tempdir = None
        call(request["step"])
        sys.argv = [f"steps {request['step']}", *request["arguments"]]
        import_module(STEPS[request["step"]]).main()
        status = 0
    except BaseException:
        print_exc()
    finally:
        os._exit(status)
