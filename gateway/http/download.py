"""The bundle on its way out: ranges, repeats, and when it counts as delivered."""

import os
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from gateway.http.connection import Connection
from gateway.http.errors import GatewayError


def download_name(upload_name: str) -> tuple[str, str]:
    """Return the ASCII and the Unicode name of the bundle of an upload, safe in a header."""
    stem = re.sub(r"\.(gz|bz2|xz|zst)$", "", upload_name, flags=re.IGNORECASE)
    stem = re.sub(r"\.(fasta|fa|faa|fna|fas|mpfa|pep|aa|seq|prot)$", "", stem, flags=re.IGNORECASE)
    stem = re.split(r"[/\\]", stem)[-1]
    readable = "".join(c for c in stem if unicodedata.category(c)[0] != "C")[:80].strip()
    ascii_stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem)[:80].strip("._-")
    ascii_name = f"{ascii_stem or 'protspace'}.parquetbundle"
    return ascii_name, f"{readable}.parquetbundle" if readable.strip("._- ") else ascii_name


class BundleResponse(FileResponse):
    """Send a file; call `delivered` once its whole body went out to a client that stayed."""

    def __init__(self, path: Path, upload_name: str, delivered: Callable[[], None]) -> None:
        plain, readable = download_name(upload_name)
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(readable)}"
        super().__init__(
            path,
            media_type="application/octet-stream",
            headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
        )
        self.delivered = delivered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and report its delivery."""
        connection: Connection = scope["extensions"][Connection.KEY]
        size, sent, whole = os.stat(self.path).st_size, 0, False

        async def counting(message: Message) -> None:
            nonlocal sent, whole
            if message["type"] == "http.response.start":
                whole = message["status"] == 200
                _refuse_range(message["status"], size)
            elif not connection.lost.is_set():
                sent += len(message.get("body", b""))
            await send(message)

        await super().__call__(scope, receive, counting)
        is_get = scope["method"] == "GET"
        if is_get and whole and sent == size and await connection.took_all():
            self.delivered()


def _refuse_range(status: int, size: int) -> None:
    """Refuse a range in the one shape of errors; Starlette would do so in plain text.

    Raises:
        GatewayError: BAD_RANGE.
    """
    if status in (400, 416):
        message = (
            f"That range cannot be served: the bundle has {size} bytes. "
            "Write it as bytes=FIRST-LAST."
        )
        headers = {"Content-Range": f"bytes */{size}"} if status == 416 else {}
        raise GatewayError(status, "BAD_RANGE", message, headers)
