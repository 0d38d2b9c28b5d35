"""The connection below HTTP: bounds for clients that are slow, gone, too many or speak no HTTP.

uvicorn keeps two things from an application: that a stop was asked for, and whether a client took
the whole body of an answer. `Server` and `Connection` pass them on.
"""

import asyncio
import contextlib
import socket
import sys
from types import FrameType

import h11
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from gateway.http.errors import GatewayError
from gateway.http.services import Services

#: How long the head of a request, or what is left of a body nobody asked for, may take.
HEAD_SECONDS = 10.0
#: How long a client may take nothing of what is sent to it, be it slow or gone.
STALL_SECONDS = 60.0
_SOCKET = {
    # Without it a reader that vanished without a word is noticed after a quarter of an hour.
    "TCP_USER_TIMEOUT": int(STALL_SECONDS * 1000),
    # Megabytes in the kernel would hide for minutes whether a slow client takes anything.
    "TCP_NOTSENT_LOWAT": 65_536,
}
#: How long after a body a connection may still be reset by a client that did not read it.
_RESET_SECONDS = 1.0


class Connection:
    """The connection of a request, as `scope["extensions"][KEY]`."""

    KEY = "gateway.connection"

    def __init__(self) -> None:
        self.lost = asyncio.Event()
        self.reset = False

    def passed_to(self, application: ASGIApp) -> ASGIApp:
        """Return the application with this connection in the scope of its requests."""

        async def with_connection(scope: Scope, receive: Receive, send: Send) -> None:
            scope.setdefault("extensions", {})[self.KEY] = self
            await application(scope, receive, send)

        return with_connection

    async def took_all(self) -> bool:
        """Return, after the last byte was sent, whether the client stayed to take it.

        A client that hangs up with bytes unread resets the connection; one that has read all
        closes it properly or keeps it.
        """
        try:
            await asyncio.wait_for(self.lost.wait(), _RESET_SECONDS)
        except TimeoutError:
            return True
        return not self.reset


class Server(uvicorn.Server):
    """Tell the application at once that a stop is asked for, so that it ends its streams."""

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Pass a signal on to the application, then stop."""
        loop = asyncio.get_event_loop()
        loop.call_soon_threadsafe(_services(self.config).closing.set)
        super().handle_exit(sig, frame)


class Protocol(H11Protocol):
    """HTTP/1.1 whose requests carry their `Connection`, within bounds."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn's own annotation
        """Begin a connection; refuse it where there are as many as may be."""
        super().connection_made(transport)
        self.connection = Connection()
        self._head: asyncio.TimerHandle | None = None
        self._stall: asyncio.TimerHandle | None = None
        self.app = self.connection.passed_to(self.app)
        _set_options(transport.get_extra_info("socket"))
        if len(self.connections) > _services(self.config).settings.max_connections:
            self._refuse(_too_many())
        self._bound_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Note how the connection ended."""
        for timer in (self._head, self._stall):
            if timer:
                timer.cancel()
        self.connection.reset = self.connection.reset or exc is not None
        self.connection.lost.set()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take bytes of a request."""
        super().data_received(data)
        self._bound_head()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        super().on_response_complete()
        self._bound_head()

    def _bound_head(self) -> None:
        """Run the clock while the next request is awaited, from the end of the last answer on."""
        awaited = self.cycle is None or self.cycle.response_complete
        if awaited and self._head is None:
            self._head = self.loop.call_later(HEAD_SECONDS, self._head_is_late)
        elif not awaited and self._head:
            self._head.cancel()
            self._head = None

    def _head_is_late(self) -> None:
        if self.conn.our_state is h11.IDLE and not self.conn.trailing_data[0]:
            self.transport.close()
        else:
            message = f"The request took longer than {HEAD_SECONDS:g} s. Please send it again."
            self._refuse(GatewayError(408, "REQUEST_TIMEOUT", message))

    def pause_writing(self) -> None:
        """Bound the time in which the client takes nothing."""
        super().pause_writing()
        self._stall = self._stall or self.loop.call_later(STALL_SECONDS, self._takes_nothing)

    def resume_writing(self) -> None:
        """Go on: the client takes bytes again."""
        super().resume_writing()
        if self._stall:
            self._stall.cancel()
            self._stall = None

    def _takes_nothing(self) -> None:
        # Whatever the application believes, the rest of the answer did not arrive.
        self.connection.reset = True
        self.transport.abort()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP in the one shape of errors."""
        self._refuse(_not_understood(sys.exception()))

    def _should_upgrade(self) -> bool:
        # There is nothing to upgrade to, and a line in the log for each who asks is too much.
        return False

    def _refuse(self, error: GatewayError) -> None:
        """Answer where no route can, as far as an answer has not begun, and close."""
        if self.cycle:
            self.cycle.disconnected = True
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            answer = error.response()
            closing = [(b"connection", b"close"), (b"x-content-type-options", b"nosniff")]
            start = h11.Response(
                status_code=error.status, headers=[*answer.raw_headers, *closing], reason=b""
            )
            for event in (start, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self.transport.close()


def _services(config: uvicorn.Config) -> Services:
    found: Services = config.loaded_app.state.services
    return found


def _set_options(connection: socket.socket) -> None:
    for name, value in _SOCKET.items():
        # Not every system has them.
        with contextlib.suppress(AttributeError, OSError):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _not_understood(fault: BaseException | None) -> GatewayError:
    if getattr(fault, "error_status_hint", 400) == 431:
        message = "The headers of the request are larger than 16 KB. Send fewer or shorter ones."
        return GatewayError(431, "HEADERS_TOO_LARGE", message)
    message = "The request is not valid HTTP/1.1. Send it with an ordinary client."
    return GatewayError(400, "BAD_REQUEST", message)


def _too_many() -> GatewayError:
    message = "The server has as many connections as it may. Try again in a few seconds."
    return GatewayError(503, "TOO_MANY_CONNECTIONS", message, {"Retry-After": "5"})
