"""uvicorn, told two things it does not tell an application: a stop, and what became of a body."""

import asyncio
from types import FrameType

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

#: How long after a body a connection may still be reset by a client that did not read it.
_RESET_SECONDS = 1.0


class Connection:
    """What the application may ask about its connection, as `scope["extensions"][KEY]`."""

    KEY = "gateway.connection"

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self.reset = False

    async def took_all(self) -> bool:
        """After the last byte was sent: whether the client stayed to take it.

        A client that hangs up with bytes unread resets the connection; one that has read all
        closes it properly or keeps it.
        """
        try:
            await asyncio.wait_for(self.lost.wait(), _RESET_SECONDS)
        except TimeoutError:
            return True
        return not self.reset


class Protocol(H11Protocol):
    """HTTP/1.1 whose requests carry their `Connection`."""

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        self.connection, application = Connection(), self.app

        async def with_connection(scope, receive, send):
            scope.setdefault("extensions", {})[Connection.KEY] = self.connection
            await application(scope, receive, send)

        self.app = with_connection

    def connection_lost(self, exc: Exception | None) -> None:
        self.connection.reset = exc is not None
        self.connection.lost.set()
        super().connection_lost(exc)


class Server(uvicorn.Server):
    """Tells the application to let its streams go as soon as a stop is asked for."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        loop = asyncio.get_event_loop()
        loop.call_soon_threadsafe(self.config.loaded_app.state.closing.set)
        super().handle_exit(sig, frame)
