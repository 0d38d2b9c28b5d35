"""Clients that are slow, or stop, are cut off within their bounds while others are served."""

import json
import threading

import psutil
import pytest

from gateway.http.connection import HEAD_SECONDS
from tests.support.hostile import clients_of, connect, head, is_closed, neighbour, talk
from tests.support.waiting import wait_until

pytestmark = pytest.mark.slow

SLOW = {
    "silent": (b"", b""),
    "a head a byte a second": (b"", head(path="/" + "a" * 99)),
    "a head that stops": (b"GET /healthz HTTP/1.1\r\nHo", b""),
    "a body nobody asked for": (head(content_length=99), b"x" * 99),
    "a body behind a refusal": (head("POST", "/nothing", content_length=99), b"x" * 99),
    "a head behind an answer": (head(), head(path="/" + "a" * 99)),
}


def test_slow_clients_are_cut_off_within_their_bound(gateway):
    """Hundreds of them at once, and a neighbour."""
    closed = []

    def dawdle(begin, drip) -> None:
        with connect(gateway) as connection:
            connection.sendall(begin)
            closed.append(is_closed(connection, drip))

    with neighbour(gateway):
        clients = [threading.Thread(target=dawdle, args=case) for case in list(SLOW.values()) * 50]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
    assert closed == [True] * 300


def test_a_head_that_takes_too_long_is_refused_with_a_sentence(gateway):
    status, body = talk(gateway, head()[:-1])
    assert (status, body["code"]) == (408, "REQUEST_TIMEOUT")
    assert f"{HEAD_SECONDS:g} s" in body["error"]


def test_a_refused_upload_that_drips_on_is_cut_off(gateway):
    kind = {"content_type": "text/plain", "content_length": 999}
    with connect(gateway) as connection, neighbour(gateway):
        connection.sendall(head("POST", "/api/prepare", **kind))
        assert is_closed(connection, b"x" * 999)


@pytest.fixture
def large(start_gateway):
    """A gateway with a finished run whose events and bundle no kernel can hold for a client."""
    gateway = start_gateway()
    job_id = gateway.submit()
    assert gateway.finish(job_id)["event"] == "done"
    data = {"job_id": job_id, "stage": "embedding", "elapsed": 1.0}
    data["missing_sources"] = ["y" * 999_000]
    events = [{"id": i, "event": "progress", "data": data} for i in range(1, 31)]
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (gateway.root / job_id / "events.jsonl").write_text(lines)
    (gateway.root / job_id / "results/input/input.parquetbundle").write_bytes(bytes(30_000_000))
    return gateway, job_id


@pytest.mark.parametrize("rest", ["events", "bundle"])
def test_a_client_that_takes_nothing_is_cut_off(large, rest):
    gateway, job_id = large
    process = psutil.Process(gateway.process.pid)
    with connect(gateway) as connection, neighbour(gateway):
        ours = connection.getsockname()[1]
        connection.sendall(head(path=f"/api/prepare/{job_id}/{rest}"))
        wait_until(lambda: ours in clients_of(process))
        wait_until(lambda: ours not in clients_of(process))
    assert gateway.state(job_id)["delivered"] is None
