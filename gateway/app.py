"""The application: settings, state, middleware and routes put together."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http import page
from gateway.http.errors import GatewayError, internal, of_http_exception
from gateway.http.rate_limit import RateLimits
from gateway.http.routes import ROUTES
from gateway.metrics import Metrics
from gateway.runs import disk
from gateway.runs.directory import Runs
from gateway.scheduling.queue import Scheduler
from gateway.scheduling.sweeper import sweep_forever
from gateway.settings import Settings

log = structlog.get_logger()

_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}
_EXPOSED = ("Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset")


class Outermost:
    """Security headers on every answer, and our shape for an error nobody foresaw.

    It stands inside the CORS middleware, so that a browser may read these answers too.
    """

    def __init__(self, app: ASGIApp):
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                message["headers"] = [*message["headers"], *_missing(message["headers"])]
            await send(message)

        try:
            await self.app(scope, receive, with_headers)
        except Exception:
            log.exception("request_failed", path=scope["path"])
            if started:
                raise
            await internal().response()(scope, receive, with_headers)


def _missing(given: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Security headers that an answer does not set itself: the page may do more than the others."""
    names = {name.lower() for name, _ in given}
    return [(name, value) for name, value in _HEADERS.items() if name not in names]


async def _gateway_error(request: Request, error: GatewayError) -> Response:
    return error.response()


async def _http_exception(request: Request, error: HTTPException) -> Response:
    return of_http_exception(error).response()


def create_app(settings: Settings) -> Starlette:
    """The gateway as an ASGI application."""
    middleware = [Middleware(Outermost)]
    if settings.cors_allowed_origin:
        cors = Middleware(
            CORSMiddleware,
            allow_origins=settings.cors_allowed_origin,
            allow_methods=["GET", "POST", "DELETE", "OPTIONS"],
            allow_headers=["Content-Type", "Authorization", "Last-Event-ID"],
            expose_headers=_EXPOSED,
            max_age=86400,
        )
        middleware.insert(0, cors)
    app = Starlette(
        routes=[*ROUTES, *page.ROUTES],
        middleware=middleware,
        exception_handlers={GatewayError: _gateway_error, HTTPException: _http_exception},
        lifespan=_lifespan,
    )
    app.router.redirect_slashes = False
    app.state.settings = settings
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    state, settings = app.state, app.state.settings
    # Each run that is followed holds one thread; the others are for uploads and files.
    to_thread.current_default_thread_limiter().total_tokens = 40 + settings.max_concurrent_jobs
    state.runs, state.metrics, state.limits = (
        Runs(settings.job_root),
        Metrics(),
        RateLimits(settings),
    )
    state.scheduler = Scheduler(settings, state.runs, state.metrics)
    state.closing = asyncio.Event()
    disk.keep_reserve(state.runs.root)
    await state.scheduler.resume()
    sweeper = asyncio.create_task(sweep_forever(settings, state.scheduler))
    closer = asyncio.create_task(_let_streams_go(state))
    log.info("gateway_started", runs=str(state.runs.root))
    yield
    for task in (sweeper, closer):
        task.cancel()
    await state.scheduler.stop()
    log.info("gateway_stopped")


async def _let_streams_go(state) -> None:
    """When a stop is asked for, open streams end at once; their clients come back later."""
    await state.closing.wait()
    await state.scheduler.stop()
