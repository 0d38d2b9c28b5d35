"""The fork server: a process with Snakemake and steps imported, from which runs are forked.

It says that it is ready by an empty line, then reads requests (`steps.preload.process`) from
standard input, one a line, and answers each with the pid of the run. It ends when its input does;
runs go on.
"""

import gc
import os
import signal
import sys
import warnings
from typing import NoReturn

from snakemake.cli import main as snakemake

from steps.preload import modules, server
from steps.preload.process import become, decode

#: Socket of a run's server of steps, in the folder of the run.
_STEPS = ".scratch/steps.sock"


def main() -> None:
    """Import all, then fork a run for each request."""
    modules.load(modules.OF_RUNS)
    server.warm()
    # Python warns of the one thread that is there: that of Arrow's jemalloc, which knows of forks.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    # Nobody waits for runs here: the system forgets them as soon as they end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    print(flush=True)
    # Not buffered: a run must not inherit requests that are still to be read.
    requests = os.fdopen(0, "rb", buffering=0, closefd=False)
    while line := requests.readline():
        pid = os.fork()
        if pid == 0:
            _be_run(line)
        print(pid, flush=True)


def _be_run(line: bytes) -> NoReturn:
    """Be what `python -m snakemake` would be with the request's arguments, and end."""
    request = decode(line)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    become(request, [nothing, output, output])
    end_steps = server.start(_STEPS) if request["serve_steps"] else lambda: None
    sys.argv = ["snakemake", *request["arguments"]]
    status: int | str | None = 0
    try:
        snakemake(request["arguments"])
    except SystemExit as end:
        status = end.code
    end_steps()
    # Its rate limiter has a thread that sleeps, which an ordinary exit would wait for: 1 s.
    sys.stderr.flush()
    os._exit(status if isinstance(status, int) else 1)


if __name__ == "__main__":
    main()
