"""Refuse requests that pages of other sites send, and those for names that are not ours."""

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.errors import GatewayError
from gateway.settings import Settings

#: Methods by which requests change something here.
_CHANGING = {"POST", "DELETE"}
#: Names of this machine, which health checks use.
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_PORTS = {"http": 80, "https": 443}


class KnownOrigins:
    """Answer such requests before any work is done for them.

    Args:
        app: the application inside.
        settings: `allowed_hosts` and `cors_allowed_origin`.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] == "http":
            try:
                _check(Request(scope), self.settings)
            except GatewayError as error:
                await error.response()(scope, receive, send)
                return
        await self.app(scope, receive, send)


def _check(request: Request, settings: Settings) -> None:
    """Check the headers `Host`, `Origin` and `Sec-Fetch-Site`.

    Raises:
        GatewayError: UNKNOWN_HOST, FOREIGN_ORIGIN.
    """
    host, _ = _host_and_port(f"//{request.headers.get('host', '')}")
    if settings.allowed_hosts and host not in {*settings.allowed_hosts, *_LOOPBACK}:
        message = "This server is not called that. Use one of the names that it is known by."
        raise GatewayError(421, "UNKNOWN_HOST", message)
    if request.method in _CHANGING and _is_foreign(request, settings):
        message = (
            "Pages of other sites cannot use this server. Its operator can allow yours "
            "(CORS_ALLOWED_ORIGIN)."
        )
        raise GatewayError(403, "FOREIGN_ORIGIN", message)


def _is_foreign(request: Request, settings: Settings) -> bool:
    """Return whether a page that is neither ours nor allowed sent the request.

    Programs send neither header; browsers send `Origin` with whatever is not a mere look.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site") == "cross-site"
    allowed = settings.cors_allowed_origin
    if origin in allowed or "*" in allowed:
        return False
    # A proxy in front may have ended TLS, so the scheme of this request says nothing.
    scheme = urlsplit(origin).scheme
    ours = f"{scheme}://{request.headers.get('host', '')}"
    return _host_and_port(origin)[0] == "" or _host_and_port(origin) != _host_and_port(ours)


def _host_and_port(address: str) -> tuple[str, int | None]:
    """Return the name, in lower case, and the port of an address; no name if there is none."""
    try:
        parts = urlsplit(address)
        return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return "", None
