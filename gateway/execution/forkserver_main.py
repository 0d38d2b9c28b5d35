"""Snakemake and steps with their imports done: runs are forked from this process.

Says so by an empty line, then reads requests from standard input, one JSON object a line, and
answers each with the pid of the run. It ends when its input does; runs go on.
"""

import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import warnings

from snakemake.cli import main as snakemake

from steps.preload import server

#: Socket of a run's server of steps, in the folder of the run.
_STEPS = ".scratch/steps.sock"
#: What each run would import after its start.
_LATER = (
    "argparse_dataclass graphlib platformdirs smart_open snakemake.benchmark snakemake.profiles "
    "snakemake.report.html_reporter snakemake.storage snakemake_logger_plugin_runlog "
    "steps.config.model steps.config.datasets steps.workflow steps.workflow steps.shards"
).split()


def main() -> None:
    for name in _LATER:
        importlib.import_module(name)
    server.warm()
    # Python warns of the one thread that is there: that of Arrow's jemalloc, which knows of forks.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    # Nobody waits for runs here: the system forgets them as soon as they end.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    gc.freeze()
    print(flush=True)
    # Not buffered: a run must not inherit requests that are still to be read.
    while line := sys.stdin.buffer.raw.readline():
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(request)
        print(pid, flush=True)


def become(request: dict) -> None:
    """Be what `python -m snakemake` would be with these arguments, folder, environment, output."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    output = os.open(request["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for descriptor, number in ((os.open(os.devnull, os.O_RDONLY), 0), (output, 1), (output, 2)):
        os.dup2(descriptor, number)
    tempfile.tempdir = None
    server.call("snakemake")
    end_steps = server.start(_STEPS) if request["serve_steps"] else lambda: None
    sys.argv = ["snakemake", *request["arguments"]]
    try:
        snakemake(request["arguments"])
    except SystemExit as end:
        end_steps()
        # Its rate limiter has a thread that sleeps, which an ordinary exit would wait for: 1 s.
        sys.stderr.flush()
        os._exit(end.code)


if __name__ == "__main__":
    main()
