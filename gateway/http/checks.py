"""Checks of uploaded files: in threads, and with the answers to what they refuse."""

import shutil
from collections.abc import Callable
from pathlib import Path

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import UploadFile

from gateway.http.errors import GatewayError
from steps.errors import StepError


async def answered[T](work: Callable[[], T], limiter: CapacityLimiter | None = None) -> T:
    """Return what `work` returns in a thread.

    Raises:
        GatewayError: the answer to what a check has refused.
    """
    return await to_thread.run_sync(_answer, work, limiter=limiter)


def _answer[T](work: Callable[[], T]) -> T:
    try:
        return work()
    except StepError as error:
        refusal = _refusal(error)
    # Not from the error: it would keep in memory what has been read, until the answer is sent.
    raise refusal


def _refusal(error: StepError) -> GatewayError:
    """Return the answer to what a check has refused."""
    message = error.message
    if error.code == "UNIPROT_UNAVAILABLE":
        return GatewayError(503, "UNIPROT_UNAVAILABLE", message, {"Retry-After": "60"})
    return GatewayError(413 if error.code == "FILE_TOO_LARGE" else 400, error.code, message)


def check_bytes(file: UploadFile, most: int, what: str, remedy: str) -> None:
    """Check the size of a file, packed; what is in it is counted where it is read.

    Raises:
        GatewayError: FILE_TOO_LARGE.
    """
    if (file.size or 0) > most:
        message = f"The {what} is larger than {most / 1048576:,.4g} MB. {remedy}."
        raise GatewayError(413, "FILE_TOO_LARGE", message)


def copy(file: UploadFile, path: Path) -> None:
    """Write the content of a part of a form to a new file."""
    with path.open("wb") as target:
        shutil.copyfileobj(file.file, target, 1048576)
