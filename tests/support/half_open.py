"""In a network of its own: how long the gateway keeps followers that nothing reaches any more.

Prints the seconds. The folder for the run root is its argument.
"""

import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil

from tests.support.gateway_process import Gateway
from tests.support.hostile import clients_of, connect, head, neighbour

LOST = "127.0.0.2"


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)


def follow(gateway: Gateway, job_id: str) -> socket.socket:
    reader = connect(gateway, source=LOST)
    reader.sendall(head(path=f"/api/prepare/{job_id}/events"))
    assert b"200 OK" in reader.recv(100)
    return reader


def seconds_until_gone(gateway: Gateway, job_id: str) -> float:
    readers = [follow(gateway, job_id) for _ in range(20)]
    process = psutil.Process(gateway.process.pid)
    ports = {reader.getsockname()[1] for reader in readers}
    assert ports <= clients_of(process)
    ip("route", "add", "blackhole", LOST, "table", "local")
    begin = time.monotonic()
    with neighbour(gateway):
        while ports & clients_of(process) and time.monotonic() < begin + 200:
            time.sleep(0.5)
    return time.monotonic() - begin


def main() -> None:
    ip("link", "set", "lo", "up")
    silent = socket.create_server(("127.0.0.1", 0))
    gateway = Gateway(
        Path(sys.argv[1]) / "runs",
        PREP_BIOCENTRAL_URL=f"http://127.0.0.1:{silent.getsockname()[1]}",
        PREP_EMBEDDER="prot_t5",
        PREP_MAX_CONCURRENT_JOBS="1",
    ).start()
    try:
        # The first one waits for a server that says nothing, the second one for the first.
        _, waiting = gateway.submit(), gateway.submit()
        print(seconds_until_gone(gateway, waiting))
    finally:
        gateway.stop()


if __name__ == "__main__":
    main()
