"""An upload through a proxy of which so many bytes are sent each second."""

import asyncio
import ssl
import time
from dataclasses import dataclass

from tests.support.hostile import FORM, end, head, part
from tests.support.proxy_process import Proxy


@dataclass
class SlowUpload:
    """A client that sends a file at a rate, and what became of it.

    Attributes:
        status: of the answer.
        seconds: from the beginning to the answer.
    """

    proxy: Proxy
    address: str
    file: bytes
    bytes_per_second: int
    status: int = 0
    seconds: float = 0.0

    async def send(self) -> None:
        """Send until an answer comes."""
        body = part("methods", b"pca2") + part("file", self.file, '; filename="x"') + end()
        reader, writer = await self._open()
        begin, kind = time.monotonic(), {"content_type": FORM["Content-Type"]}
        writer.write(head("POST", "/api/prepare", content_length=len(body), **kind))
        answer = asyncio.create_task(reader.readline())
        for start in range(0, len(body), self.bytes_per_second):
            writer.write(body[start : start + self.bytes_per_second])
            await asyncio.wait([answer], timeout=1)
            if answer.done():
                break
        self.status = int((await answer).split()[1])
        self.seconds = time.monotonic() - begin
        writer.close()

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        trusted = ssl.create_default_context(cafile=self.proxy.authority)
        return await asyncio.open_connection(
            "127.0.0.1", self.proxy.https, ssl=trusted, local_addr=(self.address, 0)
        )
