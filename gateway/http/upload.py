"""Uploads: bounded while they stream, validated before anything is queued."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO, cast

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from gateway.http.errors import GatewayError
from gateway.run_config import fasta_limits, write_run_config
from gateway.runs.request import Request as StoredRequest
from gateway.settings import CHOICES, Choice, Settings
from steps.errors import StepError
from steps.formats import compression_of
from steps.normalize.fasta import FastaReader
from steps.normalize.limits import Counts

#: What a multipart body may hold beside the file.
_OVERHEAD = 65_536
#: Entries of a field that are looked at.
_MOST_CHOICES = 100
#: How long a refused client may take to finish sending.
_PATIENCE_SECONDS = 10
#: A file from the forms of hundreds of clients at once must fit into memory up to this size.
_IN_MEMORY = 65_536
#: Larger compressed files hold more than 1,500,000 residues, or what can hardly be packed.
_LARGE = 1_000_000
# More files at a time would not be read faster, but each may need tens of megabytes. Large
# compressed files, which take half a second each, do not hold up others, which take a tenth.
_reading, _reading_large = CapacityLimiter(1), CapacityLimiter(1)
# UnicodeError, a ValueError: a form may name a character set in which nothing can be read.
_UNREADABLE = (MultiPartException, ValueError, KeyError)


class _Parser(MultiPartParser):
    spool_max_size = _IN_MEMORY


def check_token(request: Request, settings: Settings) -> None:
    """Check the bearer token of an upload, where the operator has set one.

    Raises:
        GatewayError: UNAUTHORIZED.
    """
    if settings.api_token is None:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    wanted = settings.api_token.get_secret_value().encode()
    # The name of a scheme has no case.
    if scheme.lower() != "bearer" or not secrets.compare_digest(given.strip().encode(), wanted):
        raise GatewayError(
            401,
            "UNAUTHORIZED",
            "This server takes uploads only with a token (Authorization: Bearer ...).",
            {"WWW-Authenticate": "Bearer"},
        )


async def read_form(request: Request, settings: Settings) -> FormData:
    """Return the form of an upload; a file that is not small lies on disk.

    Raises:
        GatewayError: FILE_TOO_LARGE at the limit, REQUEST_TIMEOUT, NO_FILE, BAD_REQUEST.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise GatewayError(422, "NO_FILE", "Send a form (multipart/form-data) with a part 'file'.")
    stream = _bounded(request, settings.upload_max_bytes + _OVERHEAD, settings)
    parser = _Parser(request.headers, stream, max_files=1, max_fields=8, max_part_size=_OVERHEAD)
    try:
        async with asyncio.timeout(settings.upload_seconds):
            form = await parser.parse()
    except TimeoutError:
        message = f"The upload took longer than {settings.upload_seconds} s. Try it with gzip."
        raise GatewayError(408, "REQUEST_TIMEOUT", message) from None
    except _UNREADABLE as error:
        reason = str(error)[:200].rstrip(".")
        message = (
            f"The form cannot be read ({reason}). Send multipart/form-data with a part 'file'."
        )
        raise GatewayError(400, "BAD_REQUEST", message) from error
    if not isinstance(form.get("file"), UploadFile):
        await form.close()
        raise GatewayError(422, "NO_FILE", "The form has no part 'file' with a FASTA file in it.")
    return form


async def _bounded(request: Request, most: int, settings: Settings) -> AsyncGenerator[bytes]:
    """Yield the body, as long as it stays within `most` bytes.

    Raises:
        GatewayError: FILE_TOO_LARGE, BAD_REQUEST.
    """
    total = 0
    try:
        async for chunk in request.stream():
            total += len(chunk)
            if total > most:
                megabytes = settings.upload_max_bytes / 1048576
                message = f"The file is larger than {megabytes:g} MB. Use fewer sequences."
                raise GatewayError(413, "FILE_TOO_LARGE", message)
            yield chunk
    except ClientDisconnect:
        raise GatewayError(
            400, "BAD_REQUEST", "The upload was broken off. Please upload again."
        ) from None


async def let_finish(request: Request, settings: Settings) -> bool:
    """Read the rest of a refused body: a client that still sends would not see the answer.

    Return whether the body came to its end; a longer one is cut off.
    """
    left = settings.upload_max_bytes
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS):
            async for chunk in request.stream():
                left -= len(chunk)
                if left < 0:
                    return False
    except (ClientDisconnect, TimeoutError):
        return False
    except RuntimeError:
        # Starlette's word for a body that was read before.
        return True
    return True


def choices(form: FormData, settings: Settings) -> dict[Choice, list[str]]:
    """Return the embedders, methods and annotations that the form chooses.

    Raises:
        GatewayError: NOT_ALLOWED, with what the operator allows.
    """
    chosen: dict[Choice, list[str]] = {}
    for name in CHOICES:
        fields = [*form.getlist(name), *form.getlist(name.removesuffix("s"))]
        values = [part.strip() for field in fields for part in str(field).split(",")]
        values = [value for value in values if value]
        if len(values) > _MOST_CHOICES:
            message = f"{name} has {len(values):,} entries; at most {_MOST_CHOICES} can be chosen."
            raise GatewayError(400, "NOT_ALLOWED", message)
        allowed = getattr(settings, f"allowed_{name}")
        wrong = [value for value in values if value not in allowed]
        if wrong:
            offered = ", ".join(allowed)
            message = f"{name} '{wrong[0][:80]}' is not offered here; offered: {offered}."
            raise GatewayError(400, "NOT_ALLOWED", message)
        if values:
            chosen[name] = values
    return chosen


async def prepare(form: FormData, folder: Path, settings: Settings) -> StoredRequest:
    """Put a valid upload and its configuration into `folder`; return its request.

    Raises:
        GatewayError: NOT_ALLOWED or a FASTA code.
    """
    chosen = choices(form, settings)
    # `read_form` has checked that it is one.
    file = cast(UploadFile, form["file"])
    counts = await to_thread.run_sync(
        _store, file.file, folder / "input.fasta", settings, limiter=_limiter(file)
    )
    embedders = await to_thread.run_sync(write_run_config, folder, chosen, settings)
    return StoredRequest(
        # A form may hold code points that are no characters.
        file_name=(file.filename or "").encode("utf-8", "replace").decode("utf-8")[:200],
        counts=counts.as_dict(),
        chosen=chosen,
        embedders=embedders,
    )


def _limiter(file: UploadFile) -> CapacityLimiter:
    """Return which files a file waits for."""
    start = file.file.read(8)
    file.file.seek(0)
    is_large = compression_of(start) is not None and (file.size or 0) > _LARGE
    return _reading_large if is_large else _reading


def _store(source: BinaryIO, path: Path, settings: Settings) -> Counts:
    with path.open("wb") as target:
        while chunk := source.read(1048576):
            target.write(chunk)
    try:
        reader = FastaReader(path, fasta_limits(settings))
        for _ in reader:
            pass
        return reader.counts
    except StepError as error:
        status = 413 if error.code == "FILE_TOO_LARGE" else 400
        raise GatewayError(status, error.code, error.message) from error
