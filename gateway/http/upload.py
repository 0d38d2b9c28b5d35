"""Uploads: bounded while they stream, validated before anything is queued."""

import asyncio
import secrets
from collections.abc import AsyncGenerator
from functools import partial
from pathlib import Path

from anyio import to_thread
from starlette.datastructures import FormData
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request

from gateway.http import fields, own_files, sources
from gateway.http.download import download_name
from gateway.http.errors import GatewayError
from gateway.http.joining import available
from gateway.run_config import write_run_config
from gateway.runs.base_maps import BaseMap
from gateway.runs.request import Request as StoredRequest
from gateway.settings import Settings

#: What a multipart body may hold beside the file.
_OVERHEAD = 65_536
#: Proteins, a table of annotations, styles.
_FILES = 3
#: What an accession in a list takes, more or less.
_ACCESSION_BYTES = 32
#: What the proxies of deploy/ pass. They would take a connection that is cut off before for a
#: service that is away.
_PASSED = 40 << 20
#: How long a refused client may take to finish sending.
_PATIENCE_SECONDS = 10
#: A file from the forms of hundreds of clients at once must fit into memory up to this size.
_IN_MEMORY = 65_536
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
        GatewayError: FILE_TOO_LARGE at the limit, REQUEST_TIMEOUT, NO_FILE, NOT_ALLOWED,
            BAD_REQUEST.
    """
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        raise GatewayError(422, "NO_FILE", "Send a form (multipart/form-data) with a part 'file'.")
    stream = _bounded(request, settings.body_max_bytes + _OVERHEAD, settings)
    part = max(_OVERHEAD, _ACCESSION_BYTES * settings.sequence_max_count)
    parser = _Parser(request.headers, stream, max_files=_FILES, max_fields=8, max_part_size=part)
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
    try:
        sources.check(form, settings)
        own_files.check_own(form, settings)
    except GatewayError:
        await form.close()
        raise
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
                megabytes = settings.body_max_bytes / 1048576
                message = f"The upload is larger than {megabytes:,.4g} MB. Use fewer sequences."
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
    left = max(settings.body_max_bytes, _PASSED)
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


async def prepare(
    form: FormData, folder: Path, settings: Settings, base: BaseMap | None = None
) -> StoredRequest:
    """Put a valid upload and its configuration into `folder`; return its request.

    Args:
        base: the map that the upload is to join.

    Raises:
        GatewayError: NOT_ALLOWED, ONTO_DIFFERS, BASE_MAP_UNAVAILABLE; a code of what the upload is
            made of.
    """
    chosen, keep = fields.choices(form, settings, base), fields.keep(form)
    settings = base.eased(settings) if base else settings
    source = await sources.store(form, chosen.get("embedders", []), folder, settings)
    own = await own_files.store_own(form, source.identifiers, folder, settings)
    added = download_name(source.name, "")[0]
    onto = base.keys | {"added": added} if base else {}
    write = partial(
        write_run_config, folder, source.input, chosen, settings, source.embedders, own, onto
    )
    embedders = await to_thread.run_sync(available, base, write)
    return StoredRequest(
        # A form may hold code points that are no characters.
        file_name=source.name.encode("utf-8", "replace").decode("utf-8")[:200],
        counts=source.counts,
        chosen=chosen,
        embedders=embedders,
        keep=keep,
        base_map=base.name if base else None,
    )
