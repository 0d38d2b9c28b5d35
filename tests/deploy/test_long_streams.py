"""A stream on which nothing is said for long is not cut by a proxy."""

import json
import os
import re
import signal
import subprocess
import threading
import time
from itertools import pairwise

import pytest

from gateway.http.routes import KEEP_ALIVE_SECONDS
from tests.support.gateway_process import SLOW, Gateway, fasta, parse_events
from tests.support.proxy_process import DEPLOY, KINDS, program
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.deploy
#: Longer than the 60 s after which nginx, for one, ends a silent connection if it is not told.
QUIET_SECONDS = int(os.environ.get("DEPLOY_QUIET_SECONDS", "65"))
# Without the comments that the gateway sends every 15 s otherwise.
_QUIET = """import sys, gateway.http.routes, gateway.__main__
gateway.http.routes.KEEP_ALIVE_SECONDS = 86400
sys.exit(gateway.__main__.main())"""


class QuietGateway(Gateway):
    command = (Gateway.command[0], "-c", _QUIET)


def follow(client, job_id: str, found: list) -> None:
    """All of one connection: what came, and when."""
    with client.stream("GET", f"/api/prepare/{job_id}/events", timeout=None) as answer:
        for event in parse_events(answer.iter_lines()):
            found.append((time.monotonic(), event["event"]))


def test_a_silent_stream_is_not_cut(behind, tmp_path):
    gateway = QuietGateway(tmp_path / "runs", PREP_PIPELINE_TIMEOUT_SECONDS="3000").start()
    job_id = gateway.submit(fasta(30), **SLOW)
    found = {kind: [] for kind in KINDS}
    readers = []
    for kind, events in found.items():
        client = behind(kind, gateway)[1].client()
        readers.append(threading.Thread(target=follow, args=(client, job_id, events)))
        readers[-1].start()
    hold_up(gateway, job_id)
    for reader in readers:
        reader.join(PATIENCE_SECONDS)
    gateway.stop()
    for events in found.values():
        times = [when for when, _ in events]
        pauses = [after - before for before, after in pairwise(times)]
        assert events[-1][1] == "done" and max(pauses) > QUIET_SECONDS - 5


def hold_up(gateway: Gateway, job_id: str) -> None:
    """Stop the run for a while, so that nothing happens."""
    gateway.wait_for(job_id, lambda event: event["data"].get("stage") == "projecting")
    group = gateway.state(job_id)["pid"]
    os.killpg(group, signal.SIGSTOP)
    time.sleep(QUIET_SECONDS)
    os.killpg(group, signal.SIGCONT)


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
