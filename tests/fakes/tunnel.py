"""An HTTP proxy that ends the TLS of what is sent through it, and answers itself.

It is what uvicorn makes of each connection (its setting `http`): after CONNECT and a TLS
handshake the connection is handed to uvicorn's own HTTP, so there is no second connection
behind the proxy.
"""

import asyncio
import ssl
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from uvicorn.protocols.http.h11_impl import H11Protocol

#: Whether the proxy connects to a host: "open", "closed" (no answer at all) or "unknown" (502).
Gate = Callable[[str], str]

_END = b"\r\n\r\n"
_CONNECTED = b"HTTP/1.1 200 Connection established" + _END
_BAD_GATEWAY = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close" + _END


class _Http(H11Protocol):
    """The handshake may bring the first request with it, before the transport is told."""

    _early = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        if self._early:
            super().data_received(self._early)

    def data_received(self, data: bytes) -> None:
        if self.transport is None:
            self._early += data
        else:
            super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self.transport is not None:
            super().connection_lost(exc)


class Tunnel(asyncio.Protocol):
    """One connection until it is encrypted; `uvicorn` is what uvicorn gives its protocols."""

    def __init__(self, gate: Gate, context: ssl.SSLContext, **uvicorn: Any) -> None:
        self._gate, self._context, self._uvicorn = gate, context, uvicorn
        self._head = b""

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.client = transport.get_extra_info("peername")
        self._connections.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._connections.discard(self)

    def shutdown(self) -> None:
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        self._head += data
        if _END in self._head:
            self._connect(*self._head.split(b"\r\n")[0].decode("latin-1").split(" ")[:2])

    @property
    def _connections(self) -> set:
        return self._uvicorn["server_state"].connections

    def _connect(self, method: str, target: str) -> None:
        secure = method == "CONNECT"
        host = urlsplit(f"//{target}" if secure else target).hostname or target
        match self._gate(host if secure else f"http://{host}"):
            case "open":
                self.transport.write(_CONNECTED)
                self._handshake = asyncio.create_task(self._encrypt())
            case "closed":
                self.transport.close()
            case _:
                self.transport.write(_BAD_GATEWAY)
                self.transport.close()

    async def _encrypt(self) -> None:
        http, loop = _Http(**self._uvicorn), asyncio.get_running_loop()
        try:
            secure = await loop.start_tls(self.transport, http, self._context, server_side=True)
        except OSError:  # the client does not trust the certificate, or has gone
            secure = None
        self._connections.discard(self)
        if secure is None or secure.is_closing():
            self.transport.abort()
        else:
            http.connection_made(secure)
