"""Many followers of jobs through a proxy, each on a connection of its own."""

import asyncio
import contextlib
import resource
import ssl
import threading
from collections import Counter

from tests.support.proxy_process import Proxy
from tests.support.waiting import PATIENCE_SECONDS, wait_until

#: Connections that are opened at a time: more would only wait for each other's handshakes.
_OPENING = 50


class Crowd:
    """Followers in a thread of their own; they leave at the end of a `with` block.

    Args:
        places: a pair of address and job for each follower.

    Attributes:
        connected: number of those that got their first event.
        last: names of the last events, with how many followers got them.
    """

    def __init__(self, proxy: Proxy, places: list[tuple[str, str]]):
        self.connected, self.last = 0, Counter()
        self._proxy, self._places = proxy, places
        self._context = ssl.create_default_context(cafile=proxy.authority)
        self._runner = asyncio.Runner()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Crowd":
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        self._loop = self._runner.get_loop()
        self._thread.start()
        wait_until(lambda: self.connected == len(self._places))
        return self

    def __exit__(self, *error) -> None:
        self._loop.call_soon_threadsafe(self._all.cancel)
        self.join()
        self._runner.close()

    def join(self) -> None:
        """Wait until all streams have ended."""
        self._thread.join(PATIENCE_SECONDS)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._runner.run(self._follow_all())

    async def _follow_all(self) -> None:
        self._all, self._opening = asyncio.current_task(), asyncio.Semaphore(_OPENING)
        await asyncio.gather(*(self._follow(*place) for place in self._places))

    async def _follow(self, address: str, job_id: str) -> None:
        async with self._opening:
            reader, writer = await self._open(address, job_id)
            name = await self._next_event(reader)
        self.connected += bool(name)
        try:
            while following := await self._next_event(reader):
                name = following
            self.last[name] += 1
        finally:
            writer.close()

    async def _open(self, address: str, job_id: str):
        source = {"ssl": self._context, "local_addr": (address, 0)}
        reader, writer = await asyncio.open_connection("127.0.0.1", self._proxy.https, **source)
        path = f"/api/prepare/{job_id}/events"
        host = f"Host: 127.0.0.1:{self._proxy.https}\r\nConnection: close"
        writer.write(f"GET {path} HTTP/1.1\r\n{host}\r\n\r\n".encode())
        return reader, writer

    async def _next_event(self, reader: asyncio.StreamReader) -> str:
        """Return the name of the next event; nothing where the stream has ended."""
        async for line in reader:
            if line.startswith(b"event: "):
                return line.decode().split()[1]
        return ""
