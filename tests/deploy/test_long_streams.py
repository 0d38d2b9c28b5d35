"""A stream that lasts long, or on which nothing is said for long, is not cut by a proxy.

`DEPLOY_STREAM_SECONDS` and `DEPLOY_QUIET_SECONDS` say for how long.
"""

import json
import os
import re
import signal
import subprocess
import threading
import time
from itertools import pairwise

import pytest

from gateway.http.events import KEEP_ALIVE_SECONDS
from tests.support.gateway_process import SLOW, Gateway, fasta, halt, parse_events
from tests.support.proxy_process import DEPLOY, KINDS, program
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.deploy
#: Longer than the 60 s after which nginx, for one, ends a silent connection if it is not told.
QUIET_SECONDS = int(os.environ.get("DEPLOY_QUIET_SECONDS", "65"))
#: Longer than all time limits that proxies have if they are not told, such as Caddy's 5 minutes.
STREAM_SECONDS = int(os.environ.get("DEPLOY_STREAM_SECONDS", "600"))
# Without the comments that the gateway sends every 15 s otherwise.
_QUIET = """import sys, gateway.http.events, gateway.__main__
gateway.http.events.KEEP_ALIVE_SECONDS = 86400
sys.exit(gateway.__main__.main())"""


class QuietGateway(Gateway):
    command = (Gateway.command[0], "-c", _QUIET)


def follow(client, job_id: str, found: list) -> None:
    """All of one connection: what came, and when."""
    with client.stream("GET", f"/api/prepare/{job_id}/events", timeout=None) as answer:
        for event in parse_events(answer.iter_lines()):
            found.append((time.monotonic(), event["event"]))


def follow_through_both(behind, gateway: Gateway, seconds: int) -> list[list]:
    """Follow a job that stands still for some seconds through each proxy; what came, and when."""
    job_id, readers = gateway.submit(fasta(30), **SLOW), []
    halt(gateway, job_id)
    found = [[] for _ in KINDS]
    for kind, events in zip(KINDS, found, strict=True):
        client = behind(kind, gateway)[1].client()
        readers.append(threading.Thread(target=follow, args=(client, job_id, events)))
        readers[-1].start()
    wait_until(lambda: all(found))
    hold_up(gateway, job_id, seconds)
    for reader in readers:
        reader.join(PATIENCE_SECONDS)
    return found


def hold_up(gateway: Gateway, job_id: str, seconds: int) -> None:
    """Let a run that stands still do so for a while longer, so that nothing happens."""
    time.sleep(seconds)
    os.killpg(gateway.state(job_id)["pid"], signal.SIGCONT)


def check_uncut(found: list[list], seconds: int) -> None:
    """Check that each of the connections lasted to the end, through the pause."""
    for events in found:
        times = [when for when, _ in events]
        pauses = [after - before for before, after in pairwise(times)]
        assert events[-1][1] == "done" and max(pauses) > seconds - 5


@pytest.mark.parametrize(
    ("kind", "seconds"),
    [(QuietGateway, QUIET_SECONDS), (Gateway, STREAM_SECONDS)],
    ids=["silent", "heartbeats"],
)
def test_long_stream_is_not_cut(behind, tmp_path, kind, seconds):
    limit = str(seconds + 1000)
    gateway = kind(tmp_path / "runs", PREP_PIPELINE_TIMEOUT_SECONDS=limit).start()
    try:
        check_uncut(follow_through_both(behind, gateway, seconds), seconds)
    finally:
        gateway.stop()


def test_nginx_waits_longer_than_ten_minutes():
    (found,) = re.findall(r"proxy_read_timeout (\d+)h;", (DEPLOY / "nginx.conf").read_text())
    assert int(found) * 3600 > 600


def test_caddy_has_no_time_limit_on_an_answer():
    command = [program("caddy"), "adapt", "--config", DEPLOY / "Caddyfile"]
    adapted = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    text = json.dumps(adapted)
    assert "dial_timeout" in text
    assert not re.search("write_timeout|read_timeout|response_header_timeout", text)


def test_the_gateway_speaks_before_nginx_would_cut():
    """Where somebody has forgotten to say so."""
    assert KEEP_ALIVE_SECONDS < 60
