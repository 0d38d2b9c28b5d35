"""The parts of the running gateway that routes use, one set for each application."""

import asyncio
from dataclasses import dataclass, field

from starlette.requests import Request

from gateway.http.rate_limit import RateLimits
from gateway.metrics import Metrics
from gateway.runs.directory import Runs
from gateway.scheduling.queue import Scheduler
from gateway.settings import Settings


@dataclass
class Services:
    """Settings, run directories, scheduler, rate limits and metrics of one application.

    `closing` is set when a stop is asked for.
    """

    settings: Settings
    runs: Runs
    scheduler: Scheduler
    rate_limits: RateLimits
    metrics: Metrics
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    def of(cls, settings: Settings) -> "Services":
        """Return the services of an application with these settings."""
        runs, metrics = Runs(settings.job_root), Metrics()
        scheduler = Scheduler(settings, runs, metrics)
        return cls(settings, runs, scheduler, RateLimits(settings), metrics)


def services(request: Request) -> Services:
    """Return the services of the application that a request came to."""
    found: Services = request.app.state.services
    return found
