"""One shape for every error: `{"error", "code", "detail", ...}`; `error` is always a sentence."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from gateway.runs import disk
from gateway.runs.disk import DiskFull
from gateway.scheduling.queue import QueueFull


class GatewayError(Exception):
    """An error that a client gets as its answer.

    Args:
        status: HTTP status.
        code: stable UPPER_SNAKE word (docs/http.md lists them).
        message: a plain sentence with the remedy; the web app shows it as it is.
        headers: more headers of the answer.
        data: more keys of its body.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        headers: Mapping[str, str] | None = None,
        **data: object,
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers, self.data = dict(headers or {}), data

    def response(self) -> JSONResponse:
        """Return the answer."""
        # Some character sets decode to halves of characters, which no answer can hold.
        message = self.message.encode("utf-8", "replace").decode()
        # The hosted service used `detail`; older clients may look for it.
        body = {"error": message, "code": self.code, "detail": message, **self.data}
        return JSONResponse(body, self.status, self.headers)


def of_refusal(error: QueueFull | DiskFull) -> GatewayError:
    """Return the answer to a refusal by the queue or the disk."""
    if isinstance(error, QueueFull):
        message = "The server is busy and its queue is full. Try again in half a minute."
        return GatewayError(503, "QUEUE_FULL", message, {"Retry-After": "30"})
    return GatewayError(507, "DISK_FULL", disk.FULL[1], {"Retry-After": "300"})


def not_found(message: str = "There is nothing at this address.") -> GatewayError:
    """Return the error for an address without anything."""
    return GatewayError(404, "NOT_FOUND", message)


def expired() -> GatewayError:
    """Return the error for a run that was removed."""
    message = "The bundle has expired or was already downloaded. Please upload again."
    return GatewayError(410, "EXPIRED", message)


def internal() -> GatewayError:
    """Return the error for a fault of our own."""
    return GatewayError(500, "INTERNAL", "Something went wrong on the server. Please try again.")


def of_http_exception(error: HTTPException) -> GatewayError:
    """Return Starlette's own refusals (no such route, wrong method) in the one shape."""
    if error.status_code == 405:
        message = "This address does not take that method; /openapi.json lists those it takes."
        return GatewayError(405, "METHOD_NOT_ALLOWED", message, error.headers)
    if error.status_code == 404:
        return not_found()
    return GatewayError(error.status_code, "BAD_REQUEST", str(error.detail), error.headers)
