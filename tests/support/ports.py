"""Ports of loopback that no other process takes meanwhile."""

import socket


def bound(port: int = 0) -> socket.socket:
    """Return a socket that is bound to a port of loopback, which others may bind as well.

    Held without listening, it keeps the port from everybody who does not know it, and a client
    that connects is refused. Servers that bind the port themselves can: they ask, as all do, to
    use an address again (SO_REUSEADDR).
    """
    opened = socket.socket()
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    opened.bind(("127.0.0.1", port))
    return opened
