"""Fork Snakemake from a process that has imported it, and all that its steps import.

Standard input is a socket: it sends READY once the imports are done, then answers each request
(`steps.preload.process`) with the pid of the run, which begins when its own standard input tells it
to. The process ends when the other end of the socket closes; runs go on.
"""

import contextlib
import gc
import os
import signal
import socket
import warnings
from importlib import import_module

from snakemake.cli import main as snakemake

from steps import cli
from steps.preload import modules, server
from steps.preload.process import Request, become, receive

READY = b"ready"
#: Modules that Snakemake imports after its start.
_ON_DEMAND = (
    "argparse_dataclass",
    "graphlib",
    "platformdirs",
    "smart_open",
    "snakemake.benchmark",
    "snakemake.profiles",
    "snakemake.report.html_reporter",
    "snakemake.storage",
    "snakemake_logger_plugin_runlog",
)
#: Modules that the Snakefile and the rules import.
_BY_RULES = (
    "steps.config.datasets",
    "steps.config.model",
    "steps.config.paths",
    "steps.errors",
    "steps.shards",
    "steps.workflow",
    "terminal.hooks",
)


def names() -> list[str]:
    """Return the modules that a run imports before its first job."""
    return [*_ON_DEMAND, *_BY_RULES]


def main() -> None:
    """Import, then serve until the gateway is gone."""
    for name in names():
        import_module(name)
    cli.version("snakemake")
    modules.warm()
    # The one other thread is that of Arrow's allocator jemalloc, which handles forks.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    # The gateway follows runs; without a parent that waits, the system reaps them when they end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    connection = socket.socket(fileno=0)
    # The gateway may be gone at any moment.
    with contextlib.suppress(ConnectionError):
        _serve(connection)


def _serve(connection: socket.socket) -> None:
    """Say that the imports are done, then fork a run for each request."""
    connection.send(READY)
    while received := receive(connection):
        request, files = received
        pid = os.fork()
        if pid == 0:
            # The descriptor becomes the run's standard input.
            connection.detach()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setsid()
            become(request, files, _run)
        for file in files:
            os.close(file)
        connection.send(str(pid).encode())


def _run(request: Request) -> None:
    """Run Snakemake, and beside it a server of steps where STEPS_SERVER gives its address.

    Return at once where nobody waits for this run any more (`gateway.execution.forkserver`).
    """
    if not os.read(0, 1):
        return
    address = os.environ.get("STEPS_SERVER")
    end_steps = server.start(address) if address else None
    try:
        snakemake(request.arguments)
    finally:
        if end_steps:
            end_steps()


if __name__ == "__main__":
    main()
