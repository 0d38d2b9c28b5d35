"""A web application on loopback in a thread, which can go away and come back on its port."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable

import uvicorn
from starlette.requests import Request
from starlette.types import ASGIApp

_START_SECONDS = 180


class _Server(uvicorn.Server):
    """Ends like a killed process: nobody waits for requests that are being answered."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.hang_up()
        await asyncio.sleep(0)  # the connections learn of it before uvicorn says goodbye to them
        await super().shutdown(sockets)

    def hang_up(self, client: tuple[str, int] | None = None) -> None:
        """Close the connection of `client`, or all of them, with nothing more said."""
        for connection in list(self.server_state.connections):
            if client in (None, connection.client):
                connection.transport.abort()


class LoopbackServer:
    """Serves `app` on 127.0.0.1 between `start` and `stop`, as often as wanted.

    Between times the port stays bound without listening: connections are refused, and no other
    process can take the port. `http` is what uvicorn makes of each connection.
    """

    def __init__(
        self, app: ASGIApp, port: int = 0, http: str | Callable[..., asyncio.Protocol] = "h11"
    ) -> None:
        self._app, self._port, self._http = app, port, http
        self._socket = self._bound()
        self._port = self._socket.getsockname()[1]
        self._server: _Server | None = None
        self.url = f"http://127.0.0.1:{self._port}"

    def _bound(self) -> socket.socket:
        # asyncio turns Nagle's delays off only where the protocol is named.
        bound = socket.socket(proto=socket.IPPROTO_TCP)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", self._port))
        return bound

    def start(self) -> None:
        if self._server is not None:
            return
        config = uvicorn.Config(
            self._app, lifespan="off", ws="none", http=self._http, log_config=None,
            log_level="critical", access_log=False, timeout_graceful_shutdown=0,
        )  # fmt: skip
        self._server = _Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing listens on {self.url}")
            time.sleep(0.005)

    def stop(self) -> None:
        if self._server is None:
            return
        self._server.should_exit = True
        self._thread.join()
        self._server = None
        self._socket.close()
        self._socket = self._bound()

    def close(self) -> None:
        """Stop for good and give the port back."""
        self.stop()
        self._socket.close()

    def drop(self, request: Request) -> None:
        """Close the connection of a request that is being answered."""
        self._server.hang_up(tuple(request.client))
