"""The application: services, middleware and routes put together."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import cast

import structlog
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from gateway.http import health, page, routes
from gateway.http.errors import GatewayError, of_http_exception
from gateway.http.middleware import SecureAnswers
from gateway.http.origin import KnownOrigins
from gateway.http.services import Services
from gateway.runs import disk
from gateway.runs.base_maps import BaseMap
from gateway.scheduling.sweeper import sweep_forever
from gateway.settings import Settings

log = structlog.get_logger()

_EXPOSED = ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


# Starlette calls each of these with an error of the class that it is registered for.
async def _answer(request: Request, error: Exception) -> Response:
    return cast(GatewayError, error).response()


async def _http_exception(request: Request, error: Exception) -> Response:
    return of_http_exception(cast(HTTPException, error)).response()


def create_app(settings: Settings, base_maps: Mapping[str, BaseMap]) -> Starlette:
    """Return the gateway as an ASGI application; `base_maps` are those of `find_base_maps`."""
    app = Starlette(
        routes=[*routes.ROUTES, *health.ROUTES, *page.ROUTES],
        middleware=_middleware(settings),
        exception_handlers={GatewayError: _answer, HTTPException: _http_exception},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False
    app.state.services = Services.of(settings, base_maps)
    return app


def _middleware(settings: Settings) -> list[Middleware]:
    cors = Middleware(
        CORSMiddleware,
        allow_origins=settings.cors_allowed_origin,
        allow_methods=["GET", "POST", "DELETE", "OPTIONS"],
        allow_headers=["Content-Type", "Authorization", "Last-Event-ID"],
        expose_headers=_EXPOSED,
        max_age=86400,
    )
    inner = [Middleware(SecureAnswers), Middleware(KnownOrigins, settings=settings)]
    return [*([cors] if settings.cors_allowed_origin else []), *inner]


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    services: Services = app.state.services
    settings, scheduler = services.settings, services.scheduler
    # Each run that is followed holds one thread; the others are for uploads and files.
    to_thread.current_default_thread_limiter().total_tokens = 40 + settings.max_concurrent_jobs
    disk.keep_reserve(services.runs.root)
    await scheduler.resume()
    sweeper = asyncio.create_task(sweep_forever(settings, scheduler, services.cache))
    closer = asyncio.create_task(_end_streams(services))
    log.info("gateway_started", runs=str(services.runs.root))
    yield
    for task in (sweeper, closer):
        task.cancel()
    await scheduler.stop()
    log.info("gateway_stopped")


async def _end_streams(services: Services) -> None:
    """End open streams as soon as a stop is asked for; their clients come back later."""
    await services.closing.wait()
    await services.scheduler.stop()
