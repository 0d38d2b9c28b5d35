"""Access from a request to the services of its application, and to the run of its path."""

import asyncio
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from starlette.requests import Request

from gateway.http.errors import GatewayError, expired, not_found
from gateway.http.rate_limit import RateLimits
from gateway.http.streams import Streams
from gateway.metrics import Metrics
from gateway.runs import disk
from gateway.runs.base_maps import BaseMap
from gateway.runs.cache_watch import CacheWatch
from gateway.runs.directory import Run, Runs, is_id
from gateway.runs.state import FINISHED
from gateway.scheduling.queue import Scheduler
from gateway.settings import Settings

#: How long the checks of readiness hold: probes may come often.
_CHECKED_SECONDS = 5


class Readiness:
    """Check that an upload would be run, every few seconds at most."""

    def __init__(self, root: Path, min_free_bytes: int) -> None:
        self._root, self._min_free_bytes = root, min_free_bytes
        self._checked, self._checks = 0.0, dict[str, bool]()

    def checks(self) -> dict[str, bool]:
        """Return whether there is disk space, a writable run root, and Snakemake."""
        now = time.monotonic()
        if not self._checks or now - self._checked > _CHECKED_SECONDS:
            self._checked, self._checks = now, self._check()
        return self._checks

    def _check(self) -> dict[str, bool]:
        return {
            "disk": not disk.low(self._root, self._min_free_bytes),
            "writable": os.access(self._root, os.W_OK),
            "snakemake": find_spec("snakemake") is not None,
        }


@dataclass
class Services:
    """What the routes of one application need: its settings, runs, scheduler, metrics and so on.

    `closing` is set when a stop is asked for.
    """

    settings: Settings
    runs: Runs
    scheduler: Scheduler
    rate_limits: RateLimits
    streams: Streams
    metrics: Metrics
    readiness: Readiness
    cache: CacheWatch
    base_maps: Mapping[str, BaseMap] = field(default_factory=dict)
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, settings: Settings, base_maps: Mapping[str, BaseMap]) -> "Services":
        """Return the services of an application with these settings."""
        runs, metrics = Runs(settings.job_root), Metrics()
        scheduler = Scheduler(settings, runs, metrics)
        readiness = Readiness(runs.root, settings.min_free_bytes)
        limits, streams = RateLimits(settings), Streams(settings)
        cache = CacheWatch(settings)
        parts = (settings, runs, scheduler, limits, streams, metrics, readiness, cache)
        return cls(*parts, base_maps)


def services(request: Request) -> Services:
    """Return the services of the application that a request came to."""
    found: Services = request.app.state.services
    return found


def find_run(request: Request) -> Run:
    """Return the run of the path.

    Raises:
        GatewayError: INVALID_ID, NOT_FOUND.
    """
    run_id = request.path_params["job_id"]
    if not is_id(run_id):
        raise GatewayError(422, "INVALID_ID", "A job id has 32 hexadecimal digits.")
    run = services(request).runs.get(run_id)
    if run is None or run.read_state() is None:
        raise not_found("There is no such job, or it has been removed. Please upload again.")
    return run


def find_done(request: Request) -> Run:
    """Return the run of the path, which has a bundle.

    Raises:
        GatewayError: INVALID_ID, NOT_FOUND, EXPIRED, NOT_FINISHED.
    """
    run = find_run(request)
    state = run.state
    if state.status == "expired" or (state.status == "done" and not run.bundle.is_file()):
        raise expired()
    if state.status != "done":
        message = "The job has not finished yet. Follow its events, or ask again later."
        if state.status in FINISHED:
            message = (
                "The job did not finish, so there is no bundle; its last event has the reason."
            )
        raise GatewayError(409, "NOT_FINISHED", message)
    return run
