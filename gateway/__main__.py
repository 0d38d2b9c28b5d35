"""`python -m gateway --host 127.0.0.1 --port 8000`; settings come from the environment."""

import argparse
import resource
import socket
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import structlog
import uvicorn
from filelock import FileLock, Timeout

from gateway.app import create_app
from gateway.http.connection import Protocol, Server
from gateway.logs import configure_logging
from gateway.run_config import read_settings
from gateway.runs.base_maps import BaseMap, find_base_maps
from gateway.settings import Settings, SettingsError, unknown_variables

log = structlog.get_logger()

#: Files that are open beside those of connections: runs, logs, libraries.
_OTHER_FILES = 256
_LEAST_FILES = _OTHER_FILES + 32


def main(argv: list[str] | None = None) -> int:
    """Serve as the command line says; return the exit status."""
    options = argparse.ArgumentParser(prog="python -m gateway", description=__doc__)
    options.add_argument("--host", default="127.0.0.1")
    options.add_argument("--port", type=int, choices=range(65536), metavar="PORT", default=8000)
    fd_help = "descriptor of a bound socket to serve on, in place of host and port"
    options.add_argument("--fd", type=int, metavar="FD", help=fd_help)
    arguments = options.parse_args(argv)
    try:
        settings = read_settings()
        configure_logging(settings.log_level, settings.log_json_format)
        base_maps = find_base_maps(settings)
        connections = make_room(settings.max_connections)
        lock = claim(settings.job_root)
    except SettingsError as error:
        print(f"The gateway cannot start: {error}", file=sys.stderr)
        return 2
    with lock:
        settings = settings.model_copy(update={"max_connections": connections})
        serve(settings, base_maps, arguments)
    return 0


def claim(root: Path) -> FileLock:
    """Lock a run root: two gateways on one would run everything twice.

    Raises:
        SettingsError: the root cannot be used, or another gateway uses it.
    """
    lock = FileLock(root / ".lock")
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except OSError as error:
        reason = (
            f"another gateway uses {root}; stop it, or set another folder"
            if isinstance(error, Timeout)
            else str(error)
        )
        raise SettingsError(f"PREP_JOB_ROOT: {reason}.") from None
    return lock


def serve(
    settings: Settings, base_maps: Mapping[str, BaseMap], arguments: argparse.Namespace
) -> None:
    """Serve until a signal asks for a stop."""
    for name in unknown_variables():
        log.warning("unknown_setting", name=name)
    # Uploads on their way in lie, without a name, on the disk that is watched for free space.
    tempfile.tempdir = str(settings.job_root.resolve())
    config = uvicorn.Config(
        create_app(settings, base_maps),
        host=arguments.host,
        port=arguments.port,
        http=Protocol,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        # So many are accepted before the first of them can be refused.
        backlog=settings.max_connections,
        timeout_graceful_shutdown=settings.pipeline_timeout_seconds,
        h11_max_incomplete_event_size=16_384,
    )
    sockets = None if arguments.fd is None else [socket.socket(fileno=arguments.fd)]
    Server(config).run(sockets=sockets)


def make_room(connections: int) -> int:
    """Raise this process's limit of open files; return how many connections it has room for.

    Raises:
        SettingsError: there is room for hardly any.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    # An upload has its socket and its file.
    wanted = 2 * connections + _OTHER_FILES
    most = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
    if most < min(wanted, _LEAST_FILES):
        raise SettingsError(
            f"it may open only {hard} files, and needs {_LEAST_FILES}. Raise the limit, "
            "such as with `ulimit -n` or LimitNOFILE= of the service."
        )
    if most < wanted:
        log.warning("few_open_files", allowed=most, wanted=wanted)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    return (most - _OTHER_FILES) // 2


if __name__ == "__main__":
    sys.exit(main())
