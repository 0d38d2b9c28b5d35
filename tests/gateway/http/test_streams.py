"""Bounds of the streams of events that are open at a time."""

from contextlib import ExitStack

from gateway.http.streams import APART_MILLISECONDS, RETRY_MILLISECONDS, Streams
from gateway.settings import Settings
from tests.support.gateway_process import PATIENCE_SECONDS, halt
from tests.support.waiting import wait_until

PROXY = {"PREP_TRUSTED_PROXIES": "127.0.0.0/8"}


def open_stream(gateway, stack, job_id, address="1.1.1.1"):
    """Return the status of a stream that stays open as long as the stack."""
    headers = {"X-Forwarded-For": address}
    path = f"/api/prepare/{job_id}/events"
    stream = gateway.client.stream("GET", path, headers=headers, timeout=PATIENCE_SECONDS)
    answer = stack.enter_context(stream)
    if answer.status_code == 429:
        assert answer.headers["retry-after"] == "30"
    return answer.status_code


def test_one_address_has_a_bound_and_others_are_served(start_gateway):
    gateway = start_gateway(PREP_MAX_STREAMS_PER_CLIENT="2", **PROXY)
    job_id = gateway.submit()
    halt(gateway, job_id)
    with ExitStack() as stack:
        assert [open_stream(gateway, stack, job_id) for _ in range(3)] == [200, 200, 429]
        assert open_stream(gateway, stack, job_id, "2.2.2.2") == 200
        assert open_stream(gateway, stack, job_id, "2001:db8::1") == 200
    # What was closed makes room again.
    with ExitStack() as stack:
        wait_until(lambda: open_stream(gateway, stack, job_id) == 200)


def test_one_job_has_a_bound_whoever_follows_it(start_gateway):
    gateway = start_gateway(PREP_MAX_STREAMS_PER_RUN="2", **PROXY)
    job_id = gateway.submit()
    halt(gateway, job_id)
    with ExitStack() as stack:
        statuses = [open_stream(gateway, stack, job_id, f"3.3.3.{n}") for n in range(3)]
        assert statuses == [200, 200, 429]
        assert gateway.client.get(f"/api/prepare/{job_id}").status_code == 200


def test_times_to_come_back_are_spread_as_far_as_there_are_streams():
    streams = Streams(Settings(max_streams_per_client=1000, max_streams_per_run=1000))
    assert streams.retry() == RETRY_MILLISECONDS
    with ExitStack() as stack:
        for number in range(1000):
            stack.enter_context(streams.opened(f"client {number % 4}", "a run"))
        times = [streams.retry() - RETRY_MILLISECONDS for _ in range(1000)]
    assert min(times) >= 0 and max(times) <= 1000 * APART_MILLISECONDS
    # In no half second as many as would come in an instant.
    most = max(sum(start <= each < start + 500 for each in times) for start in range(0, 4000, 100))
    assert most < 250 and streams.retry() == RETRY_MILLISECONDS


def test_streams_of_a_gateway_are_told_to_come_back_one_after_the_other(start_gateway):
    gateway = start_gateway()
    job_id = gateway.submit()
    assert gateway.finish(job_id)["event"] == "done"
    blocked = gateway.submit()
    halt(gateway, blocked)
    with ExitStack() as stack:
        for _ in range(60):
            assert open_stream(gateway, stack, blocked) == 200
        times = [int(event["retry"]) for _ in range(5) for event in gateway.frames(job_id)]
    most = RETRY_MILLISECONDS + 61 * APART_MILLISECONDS
    assert all(RETRY_MILLISECONDS <= each <= most for each in times)
    assert max(times) > RETRY_MILLISECONDS + 20 * APART_MILLISECONDS
