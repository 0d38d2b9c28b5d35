"""Files of a run on their way out: ranges, repeats, and when the bundle counts as delivered."""

import os
import re
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from starlette.responses import FileResponse
from starlette.types import Message, Receive, Scope, Send

from gateway.http.connection import Connection
from gateway.http.errors import GatewayError, expired

BUNDLE, TABLE, HTML = ".parquetbundle", ".tsv", ".html"
_MEDIA_TYPES = {
    BUNDLE: "application/octet-stream",
    TABLE: "text/tab-separated-values",
    HTML: "text/html",
}


def download_name(upload_name: str, suffix: str = BUNDLE) -> tuple[str, str]:
    """Return the ASCII and the Unicode name of a download of an upload, safe in a header."""
    stem = re.sub(r"\.(gz|bz2|xz|zst)$", "", upload_name, flags=re.IGNORECASE)
    stem = re.sub(r"\.(fasta|fa|faa|fna|fas|mpfa|pep|aa|seq|prot)$", "", stem, flags=re.IGNORECASE)
    stem = re.split(r"[/\\]", stem)[-1]
    readable = "".join(c for c in stem if unicodedata.category(c)[0] != "C")[:80].strip()
    ascii_stem = re.sub(r"[^A-Za-z0-9._-]+", "_", stem)[:80].strip("._-")
    ascii_name = f"{ascii_stem or 'protspace'}{suffix}"
    return ascii_name, f"{readable}{suffix}" if readable.strip("._- ") else ascii_name


class Download(FileResponse):
    """Send a result in some form; call `delivered` once a client that stayed has all of it."""

    def __init__(
        self, path: Path, upload_name: str, delivered: Callable[[], None] | None = None
    ) -> None:
        plain, readable = download_name(upload_name, path.suffix)
        disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(readable)}"
        super().__init__(
            path,
            media_type=_MEDIA_TYPES[path.suffix],
            headers={"Content-Disposition": disposition, "Cache-Control": "no-store"},
        )
        self.delivered = delivered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file, and report its delivery.

        Raises:
            GatewayError: EXPIRED, where the file was removed meanwhile.
        """
        with _kept(self.path) as self.path:
            await self._send_kept(scope, receive, send)

    async def _send_kept(self, scope: Scope, receive: Receive, send: Send) -> None:
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
        complete = scope["method"] == "GET" and whole and sent == size
        if complete and self.delivered and await connection.took_all():
            self.delivered()


@contextmanager
def _kept(path: str | os.PathLike[str]) -> Iterator[str]:
    """Yield a path of a file that stays while it is sent, even if the file is removed.

    Raises:
        GatewayError: EXPIRED, where it was removed before.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        raise expired() from None
    try:
        yield f"/dev/fd/{descriptor}"
    finally:
        os.close(descriptor)


def _refuse_range(status: int, size: int) -> None:
    """Refuse a range in the one shape of errors; Starlette would do so in plain text.

    Raises:
        GatewayError: BAD_RANGE.
    """
    if status in (400, 416):
        message = (
            f"That range cannot be served: the file has {size} bytes. Write it as bytes=FIRST-LAST."
        )
        headers = {"Content-Range": f"bytes */{size}"} if status == 416 else {}
        raise GatewayError(status, "BAD_RANGE", message, headers)
