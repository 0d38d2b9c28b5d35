"""Requests of hostile clients, byte by byte, and a neighbour that must be served meanwhile."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import BinaryIO

import httpx
import psutil

from tests.support.waiting import PATIENCE_SECONDS

BOUNDARY = "x"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def connect(gateway, source: str = "127.0.0.1") -> socket.socket:
    address = ("127.0.0.1", gateway.port)
    return socket.create_connection(address, timeout=PATIENCE_SECONDS, source_address=(source, 0))


def head(method: str = "GET", path: str = "/healthz", **headers) -> bytes:
    """The head of a request; `content_length=5` is a header, too."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(stream: BinaryIO) -> tuple[int, dict]:
    """Status and JSON body of the next answer."""
    status, length = int(stream.readline().split()[1]), 0
    while line := stream.readline().strip():
        name, _, value = line.decode().partition(": ")
        length = int(value) if name.lower() == "content-length" else length
    return status, json.loads(stream.read(length))


def talk(gateway, sent: bytes) -> tuple[int, dict]:
    with connect(gateway) as connection:
        # A server that has seen enough may close before all of it is sent.
        with contextlib.suppress(OSError):
            connection.sendall(sent)
        return answer(connection.makefile("rb"))


def part(name: str, value: bytes, disposition: str = "") -> bytes:
    lines = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{disposition}\r\n\r\n'
    return lines.encode() + value + b"\r\n"


def end() -> bytes:
    return f"--{BOUNDARY}--\r\n".encode()


def is_closed(connection: socket.socket, drip: bytes = b"") -> bool:
    """Return whether the server closes a connection on which one byte comes every second."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    connection.settimeout(1)
    try:
        while time.monotonic() < deadline:
            try:
                if not connection.recv(65_536):
                    return True
            except TimeoutError:
                connection.sendall(drip[:1])
                drip = drip[1:]
    except ConnectionError:
        return True
    return False


def clients_of(process: psutil.Process) -> set[int]:
    """The ports of the clients that a gateway holds a connection with."""
    return {one.raddr.port for one in process.net_connections("tcp") if one.raddr}


@contextlib.contextmanager
def neighbour(gateway, most: float = 20.0) -> Iterator[list[float]]:
    """Ask /healthz all the while; each time it must answer well within `most` seconds."""
    over, asked, took = threading.Event(), threading.Event(), []

    def ask() -> None:
        with httpx.Client(base_url=gateway.url, timeout=PATIENCE_SECONDS) as client:
            while not over.wait(0.05 if took else 0):
                begin = time.monotonic()
                assert client.get("/healthz").status_code == 200
                took.append(time.monotonic() - begin)
                asked.set()

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(ask)
        try:
            # On a busy machine all may be over before a client has made itself ready.
            assert asked.wait(PATIENCE_SECONDS)
            yield took
            time.sleep(0.1)
        finally:
            over.set()
    asking.result()
    assert max(took) < most, took
