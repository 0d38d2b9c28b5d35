"""A thousand followers at once behind each proxy, and an honest client beside them."""

import time

import pytest

from tests.support.crowd import Crowd
from tests.support.gateway_process import QUICK, SLOW, Gateway, fasta, halt, parse_events
from tests.support.proxy_process import KINDS
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.deploy, pytest.mark.parametrize("kind", KINDS)]
#: As many followers of each address, and of each job, as may be.
ADDRESSES, EACH = [f"127.0.0.{last}" for last in range(2, 6)], 250
HONEST = "127.0.0.9"
#: How long an honest client may wait for an answer, and for an event after it happened.
MOST_SECONDS = 20


@pytest.fixture
def held(behind, kind):
    """A gateway whose only place is taken by a run that stands still, so that others wait."""
    gateway, proxy = behind(kind, PREP_MAX_CONCURRENT_JOBS="1")
    blocker = gateway.submit(fasta(30), **SLOW)
    halt(gateway, blocker)
    return gateway, proxy, blocker


def waiting_jobs(gateway: Gateway, count: int) -> list[str]:
    return [gateway.submit(fasta(20, 40, seed)) for seed in range(count)]


def upload(client) -> float:
    """Return the seconds of an upload that is accepted."""
    begin, files = time.time(), {"file": ("proteins.fasta", fasta(20, 40, 99))}
    assert client.post("/api/prepare", files=files, data=QUICK).status_code == 202
    return time.time() - begin


def test_thousand_followers_get_the_end_and_delay_nobody(held, capsys):
    gateway, proxy, blocker = held
    first, second, honest, *others = waiting_jobs(gateway, len(ADDRESSES) + 1)
    places = dict(zip(ADDRESSES, [first, second, *others], strict=True))
    followers = [place for place in places.items() for _ in range(EACH)]
    with Crowd(proxy, followers) as crowd, proxy.client(HONEST) as client:
        delays = {"upload": upload(client)}
        delays |= follow_beside(client, gateway, honest, blocker)
        crowd.join()
    with capsys.disabled():
        print(f"\n{proxy.kind}, 1,000 followers: {dict(crowd.last)}; an honest client:", end=" ")
        print(", ".join(f"{name} {seconds:.3f} s" for name, seconds in delays.items()))
    assert crowd.last == {"done": 1000} and max(delays.values()) < MOST_SECONDS


def follow_beside(client, gateway: Gateway, job_id: str, blocker: str) -> dict[str, float]:
    """Follow a job to its end, after letting all jobs run; return how late events were."""
    begin, path = time.time(), f"/api/prepare/{job_id}/events"
    with client.stream("GET", path, timeout=PATIENCE_SECONDS) as answer:
        events = parse_events(answer.iter_lines())
        next(events)
        followed = time.time()
        gateway.client.delete(f"/api/prepare/{blocker}")
        *_, last = events
        ended = time.time()
    assert last["event"] == "done"
    return {"first event": followed - begin, "end": ended - gateway.state(job_id)["finished"]}


def test_stream_above_those_of_one_address_gets_429(held):
    gateway, proxy, _ = held
    followed, other = waiting_jobs(gateway, 2)
    with Crowd(proxy, [(ADDRESSES[0], followed)] * EACH):
        for address, job_id in ((ADDRESSES[0], other), (HONEST, followed)):
            refused = proxy.client(address).get(f"/api/prepare/{job_id}/events")
            assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY_STREAMS")
        with proxy.client(HONEST).stream("GET", f"/api/prepare/{other}/events") as answer:
            assert answer.status_code == 200
