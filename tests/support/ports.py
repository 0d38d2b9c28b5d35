"""Ports of loopback that no other process takes meanwhile."""

import contextlib
import random
import socket


def bound(port: int = 0) -> socket.socket:
    """Return a socket that is bound to a port of loopback, which others may bind as well.

    Held without listening, it keeps the port from everybody who does not know it, and a client
    that connects is refused.
    """
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opened.bind(("127.0.0.1", port))
    return opened


def unused_port() -> int:
    """Return a port that is free and below those that the system gives to clients.

    For programs that cannot be handed a socket.
    """
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
