"""Middleware: security headers, and an answer where a route fails."""

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.http.errors import internal

log = structlog.get_logger()

_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"x-frame-options": b"DENY",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
}


class SecureAnswers:
    """Add security headers to every answer; answer an unforeseen error in the one shape.

    It is inside the CORS middleware, so that a browser may read these answers, too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
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
    """Return the security headers that an answer lacks; the page sets a policy of its own."""
    names = {name.lower() for name, _ in given}
    return [(name, value) for name, value in _HEADERS.items() if name not in names]
