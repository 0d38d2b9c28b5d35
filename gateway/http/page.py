"""The page for people: files of gateway/web and of the viewer as they are, and the example."""

import os
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Receive, Scope, Send

from gateway.pipeline_files import PIPELINE

_WEB = Path(__file__).resolve().parent.parent / "web"
_VIEWER = PIPELINE / "viewer"
_EXAMPLE = PIPELINE / "examples" / "families.fasta"
#: The page runs its own scripts and styles, talks to its own server, and to nobody else.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {"Content-Security-Policy": _POLICY, "Cache-Control": "no-cache"}


def _whole(scope: Scope) -> Scope:
    """Return the request without a range: Starlette would refuse a malformed one in plain text."""
    return {**scope, "headers": [each for each in scope["headers"] if each[0] != b"range"]}


class _File(FileResponse):
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(_whole(scope), receive, send)


async def index(request: Request) -> Response:
    """GET /."""
    return _File(_WEB / "index.html", headers=_HEADERS)


async def example(request: Request) -> Response:
    """GET /example.fasta: a data set to try the page with."""
    return _File(_EXAMPLE, media_type="text/plain; charset=utf-8")


class _Files(StaticFiles):
    """Files that a browser revalidates each time, so that no page mixes two versions."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(_whole(scope), receive, send)

    def file_response(
        self,
        full_path: PathLike,
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["Cache-Control"] = "no-cache"
        return response


ROUTES = [
    Route("/", index, methods=["GET"]),
    Route("/example.fasta", example, methods=["GET"]),
    Mount("/web", _Files(directory=_WEB)),
    Mount("/viewer", _Files(directory=_VIEWER)),
]
