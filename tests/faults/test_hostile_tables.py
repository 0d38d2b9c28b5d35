"""Tables and styles made to cost as much as they can: each costs its upload, and nothing else."""

import json
import threading

import pytest

from tests.support.cost import Cost
from tests.support.gateway_process import QUICK, Gateway, fasta, halt
from tests.support.own_tables import REFUSED, mutated
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.faults

MOST_BYTES = 150e6
MOST_CPU_SECONDS = 5
STYLES = {
    "brackets": b"[" * 1_000_000,
    "objects": b'{"a":' * 200_000,
    "a long number": b'{"family": {"shapeSize": ' + b"9" * 1_000_000 + b"}}",
    "no number": b'{"family": {"shapeSize": NaN}}',
    "half of a character": b'{"family": {"hiddenValues": ["\\ud800"]}}',
    "UTF-16": json.dumps({"family": {}}).encode("utf-16"),
    "numbers for colours": b'{"family": {"colors": {"kinase": [1]}}}',
    "a list for a shape": b'{"family": {"shapes": {"kinase": []}}}',
    "a list of numbers": b'{"family": {"pinnedValues": [1]}}',
    "a text for a number": b'{"family": {"maxVisibleValues": "many"}}',
}


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    """A gateway whose only place is taken by a run that stands still: nothing else needs memory."""
    settings = {"PREP_MAX_CONCURRENT_JOBS": "1", "PREP_PIPELINE_TIMEOUT_SECONDS": "3000"}
    gateway = Gateway(tmp_path_factory.mktemp("tables") / "runs", **settings).start()
    halt(gateway, gateway.submit(fasta(30)))
    # What the first one makes the gateway load is not the price of each.
    assert send(gateway, table=b"").status_code == 400
    yield gateway
    gateway.stop()


def send(gateway, **own):
    files = {"file": ("x.fasta", fasta())} | {name: (name, found) for name, found in own.items()}
    return gateway.client.post("/api/prepare", files=files, data=QUICK)


def costs_little(gateway, statuses, **own):
    """Send a file, and check what that costs the gateway itself."""
    cost = Cost(gateway.process.pid)
    answer = send(gateway, **own)
    assert answer.status_code in statuses, answer.text
    assert cost.bytes() < MOST_BYTES and cost.seconds() < MOST_CPU_SECONDS
    if answer.status_code == 202:
        gateway.client.delete(f"/api/prepare/{answer.json()['job_id']}")
    else:
        assert answer.json()["code"] in ("INVALID_ANNOTATIONS", "INVALID_STYLES", "FILE_TOO_LARGE")
        assert len(answer.json()["error"]) < 1000
    assert gateway.client.get("/healthz").status_code == 200


@pytest.mark.parametrize("name", REFUSED)
def test_hostile_table_is_refused_within_bounds(gateway, name):
    costs_little(gateway, (400, 413), table=REFUSED[name]())


@pytest.mark.parametrize("name", STYLES)
def test_hostile_styles_are_refused_within_bounds(gateway, name):
    costs_little(gateway, (400,), styles=STYLES[name])


def test_table_with_changed_bytes_is_taken_or_refused(gateway):
    for content in mutated():
        costs_little(gateway, (202, 400), table=content)


def test_others_are_served_beside_twelve_hostile_tables(gateway):
    content, answers = REFUSED["a quote that takes in rows"](), []
    senders = [
        threading.Thread(target=lambda: answers.append(send(gateway, table=content).status_code))
        for _ in range(12)
    ]
    for sender in senders:
        sender.start()
    gateway.submit()
    for sender in senders:
        sender.join(PATIENCE_SECONDS)
    assert answers == [400] * 12
