"""Run directories as version 0.1.0 wrote them (`stored/1`), below the gateway of today."""

import json
import shutil
import time

import pytest

from tests.support.gateway_process import ROOT, Gateway

FINISHED, WAITING = "1" * 32, "2" * 32


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    root = tmp_path_factory.mktemp("previous") / "runs"
    shutil.copytree(ROOT / "tests/gateway/runs/stored/1", root)
    for path in root.glob("*/state.json"):
        state = json.loads(path.read_text())
        # What is older than two hours is removed, whatever it is.
        path.write_text(json.dumps({key: value or time.time() for key, value in state.items()}))
    running = Gateway(root).start()
    yield running
    running.stop()


def test_what_was_finished_can_be_followed_and_fetched(gateway):
    events = list(gateway.events(FINISHED))
    assert [event["event"] for event in events] == ["queued", "progress", "done"]
    assert gateway.client.get(f"/api/prepare/{FINISHED}").json()["status"] == "done"
    bundle = gateway.bundle(FINISHED)
    assert bundle.content == b"PAR1 of the version before"
    assert "old.parquetbundle" in bundle.headers["content-disposition"]


def test_what_waited_is_run_and_its_events_go_on(gateway):
    events = list(gateway.events(WAITING))
    assert [int(event["id"]) for event in events] == list(range(1, len(events) + 1))
    assert events[0]["data"]["queue_position"] == 1 and events[-1]["event"] == "done"
    assert gateway.bundle(WAITING).status_code == 200


def test_all_that_is_written_today_says_its_version(gateway):
    gateway.finish(WAITING)
    run = gateway.root / WAITING
    for path in (run / "state.json", run / "request.json", run / "results/input/provenance.json"):
        assert json.loads(path.read_text())["schema_version"] == 1, path
    for name in ("events.jsonl", "jobs.jsonl"):
        last = json.loads((run / name).read_text().splitlines()[-1])
        assert last["schema_version"] == 1, name
