"""Uploads made to cost as much as they can: each is answered within bounds, beside honest ones.

`python benchmarks/hostile.py` prints exact figures.
"""

import re
import subprocess
import sys
import threading

import pytest

from tests.support.cost import Cost
from tests.support.gateway_process import QUICK, ROOT, SLOW, Gateway, fasta, halt
from tests.support.hostile_files import FILES
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.faults

MOST_BYTES = 150e6
#: One second on a machine of its own; beside others, a core does less in a second.
MOST_CPU_SECONDS = 5
AT_ONCE = 12


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """A gateway whose only place is taken by a run that stands still: nothing else needs memory."""
    settings = {"PREP_MAX_CONCURRENT_JOBS": "1", "PREP_PIPELINE_TIMEOUT_SECONDS": "3000"}
    gateway = Gateway(tmp_path_factory.mktemp("hostile") / "runs", **settings).start()
    halt(gateway, gateway.submit(fasta(30), **SLOW))
    # What the first file of a kind makes the gateway load is not the price of each.
    assert gateway.post(FILES["bomb, zstd"]()).status_code == 413
    yield gateway
    gateway.stop()


@pytest.mark.parametrize("name", FILES)
def test_hostile_file_is_answered_within_bounds(gateway, name):
    content = FILES[name]()
    cost = Cost(gateway.process.pid)
    answer = gateway.post(content, **QUICK)
    assert answer.status_code in (202, 400, 413), answer.text
    assert cost.bytes() < MOST_BYTES and cost.seconds() < MOST_CPU_SECONDS
    if answer.status_code == 202:
        gateway.client.delete(f"/api/prepare/{answer.json()['job_id']}")


def test_honest_upload_overtakes_hostile_ones(gateway):
    content, answers = FILES["noise, bzip2"](), []
    cost = Cost(gateway.process.pid)
    send = lambda: answers.append(gateway.post(content).status_code)  # noqa: E731
    senders = [threading.Thread(target=send) for _ in range(AT_ONCE)]
    for sender in senders:
        sender.start()
    wait_until(lambda: len(list(gateway.root.glob(".incoming-*"))) + len(answers) == AT_ONCE)
    gateway.submit()
    assert len(answers) < AT_ONCE
    for sender in senders:
        sender.join(PATIENCE_SECONDS)
    assert answers == [400] * AT_ONCE and cost.bytes() < MOST_BYTES


def test_benchmark_of_attacks_finds_nothing_lost():
    command = [sys.executable, ROOT / "benchmarks/hostile.py", "--only", "zstd"]
    table = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [re.split(r" {2,}", row)[1:4] for row in table.splitlines()[1:]]
    assert rows == [["1", "0", "0"]] + [["12", "0", "0"]] * 3
