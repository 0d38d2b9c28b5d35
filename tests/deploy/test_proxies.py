"""The gateway through Caddy and through nginx."""

import contextlib
import os
import signal
import threading
import time

import pytest

from tests.support.gateway_process import QUICK, SLOW, Gateway, fasta, halt, parse_events
from tests.support.proxy_process import KINDS
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = [pytest.mark.deploy, pytest.mark.parametrize("kind", KINDS)]
MEGABYTE = 1_000_000


def upload(client, content=None, headers=None, **fields):
    files = {"file": ("proteins.fasta", content or fasta())}
    return client.post("/api/prepare", files=files, data=QUICK | fields, headers=headers)


def test_events_arrive_as_they_are_written(behind, kind):
    gateway, proxy = behind(kind)
    job_id = upload(proxy.client(), **SLOW).json()["job_id"]
    gateway.wait_for(job_id, lambda event: event["data"].get("stage") == "embedding")
    halt(gateway, job_id)
    path = f"/api/prepare/{job_id}/events"
    with proxy.client() as client, client.stream("GET", path, timeout=PATIENCE_SECONDS) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        events = parse_events(answer.iter_lines())
        # They come although the run, which stands still, writes no more.
        through = [next(event for event in events if event["data"].get("stage") == "embedding")]
        os.killpg(gateway.state(job_id)["pid"], signal.SIGCONT)
        through += events
    direct = list(gateway.events(job_id))
    assert [event["id"] for event in through] == [event["id"] for event in direct][-len(through) :]
    assert proxy.client().get(f"/api/prepare/{job_id}/bundle").content.startswith(b"PAR1")


def test_gateway_that_stops_says_through_the_proxy_when_to_come_back(behind, kind):
    gateway, proxy = behind(kind)
    job_id = gateway.submit(fasta(30), **SLOW)
    halt(gateway, job_id)
    path = f"/api/prepare/{job_id}/events"
    with proxy.client() as client, client.stream("GET", path, timeout=PATIENCE_SECONDS) as answer:
        lines = answer.iter_lines()
        assert next(lines) == "id: 1"
        gateway.end()
        times = [int(line.split()[1]) for line in lines if line.startswith("retry:")]
    assert times[0] < 3100 and times[-1] >= 12_000


def test_each_client_has_a_rate_limit_of_its_own(behind, kind):
    _, proxy = behind(kind, PREP_RATE_LIMIT="1/15minutes")
    first, second = proxy.client("127.0.0.2"), proxy.client("127.0.0.3")
    assert [upload(first).status_code, upload(first).status_code] == [202, 429]
    assert upload(second).status_code == 202
    # What a client says of itself changes nothing.
    assert upload(first, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 429


def test_page_behind_a_proxy_may_post_and_one_of_another_site_may_not(behind, kind):
    _, proxy = behind(kind)
    client = proxy.client()
    ours = str(client.base_url).rstrip("/")
    assert upload(client, headers={"Origin": ours}).status_code == 202
    refused = upload(client, headers={"Origin": "https://evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (403, "FOREIGN_ORIGIN")


def test_who_goes_around_the_proxy_cannot_pretend(behind, kind):
    gateway, proxy = behind(kind, PREP_RATE_LIMIT="1/15minutes")
    around = proxy.client("127.0.0.9")
    around.base_url = gateway.url
    answers = [upload(around, headers={"X-Forwarded-For": f"203.0.113.{n}"}) for n in (1, 2)]
    assert [answer.status_code for answer in answers] == [202, 429]


@pytest.mark.parametrize("megabytes", [8.6, 43])
def test_an_upload_that_is_too_large_gets_the_one_shape(behind, kind, megabytes):
    """8.6 MB get through to the gateway, 43 do not."""
    _, proxy = behind(kind)
    answer = upload(proxy.client(), b">P1\n" + b"A" * int(megabytes * MEGABYTE))
    assert answer.status_code == 413 and answer.json()["code"] == "FILE_TOO_LARGE"
    assert list(answer.json()) == ["error", "code", "detail"]
    assert answer.headers["content-type"] == "application/json"


def test_an_upload_of_unknown_size_is_bounded_too(behind, kind):
    _, proxy = behind(kind)
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n>P1\n'
    chunks = (head if n == 0 else b"A" * MEGABYTE for n in range(45))
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = proxy.client().post("/api/prepare", content=chunks, headers=headers)
    assert answer.status_code == 413 and answer.json()["code"] == "FILE_TOO_LARGE"


def test_figures_are_not_for_everyone(behind, kind):
    gateway, proxy = behind(kind)
    answer = proxy.client().get("/metrics")
    assert answer.status_code == 404 and answer.json()["code"] == "NOT_FOUND"
    assert gateway.client.get("/metrics").status_code == 200


def test_answers_have_the_headers(behind, kind):
    _, proxy = behind(kind)
    for path in ("/healthz", "/metrics"):
        headers = proxy.client().get(path).headers
        assert headers["strict-transport-security"] == "max-age=31536000"
        assert "/" not in headers.get("server", "")
    plain = proxy.client().get(f"http://127.0.0.1:{proxy.http}/healthz")
    assert plain.status_code in (301, 308) and plain.headers["location"].startswith("https://")


def test_a_gateway_that_is_away_is_waited_for_or_told(behind, kind):
    """Caddy holds requests through a restart, but for uploads; nginx answers at once."""
    gateway, proxy = behind(kind)
    gateway.end()
    answers = [upload(proxy.client())]
    if kind == "caddy":
        threading.Timer(3, gateway.spawn).start()
        begun = time.monotonic()
        status = proxy.client().get("/readyz").status_code
        # A gateway on a busy machine may start later than Caddy waits.
        assert status == 200 or time.monotonic() - begun > 14
    else:
        answers.append(proxy.client().get("/readyz"))
    for answer in answers:
        assert answer.status_code == 503 and answer.json()["code"] == "NOT_READY"
        assert int(answer.headers["retry-after"]) > 0


def test_a_follower_that_hangs_up_is_noticed(behind, kind):
    gateway, proxy = behind(kind)
    job_id = upload(proxy.client(), **SLOW).json()["job_id"]
    # Or the stream would end with the run.
    halt(gateway, job_id)
    with follower(proxy.client(), job_id):
        assert readers(gateway) == 1
    wait_until(lambda: readers(gateway) == 0)


@contextlib.contextmanager
def follower(client, job_id: str):
    """The answer to somebody who follows a job, after its first line; it stays open meanwhile."""
    with client, client.stream("GET", f"/api/prepare/{job_id}/events") as answer:
        # Without a reference to it, the connection would be closed.
        lines = answer.iter_lines()
        next(lines)
        yield answer


def readers(gateway: Gateway) -> float:
    figures = gateway.client.get("/metrics").text.splitlines()
    return float(
        next(line for line in figures if line.startswith("gateway_sse_readers")).split()[1]
    )


def test_streams_above_all_that_may_be_get_503_and_uploads_are_taken(behind, kind):
    gateway, proxy = behind(kind, streams=2, PREP_MAX_CONCURRENT_JOBS="1")
    blocker = upload(proxy.client(), **SLOW).json()["job_id"]
    halt(gateway, blocker)
    first, second, third = (proxy.client(f"127.0.0.{last}") for last in (2, 3, 4))
    with follower(first, blocker), follower(second, blocker):
        refused = third.get(f"/api/prepare/{blocker}/events")
        assert (refused.status_code, refused.json()["code"]) == (503, "TOO_MANY_CONNECTIONS")
        assert upload(third).status_code == 202
    wait_until(lambda: readers(gateway) == 0)
    with follower(proxy.client("127.0.0.4"), blocker) as answer:
        assert answer.status_code == 200


def test_streams_above_those_of_one_address_get_429(behind, kind):
    gateway, proxy = behind(kind, PREP_MAX_STREAMS_PER_CLIENT="1")
    job_id = upload(proxy.client(), **SLOW).json()["job_id"]
    halt(gateway, job_id)
    path, pretended = f"/api/prepare/{job_id}/events", {"X-Forwarded-For": "203.0.113.9"}
    with follower(proxy.client("127.0.0.2"), job_id):
        refused = proxy.client("127.0.0.2").get(path, headers=pretended)
        assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_STREAMS")
        with follower(proxy.client("127.0.0.3"), job_id) as other:
            assert other.status_code == 200
