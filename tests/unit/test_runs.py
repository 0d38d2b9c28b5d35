"""Run directories and the end of a run, without a server."""

import asyncio
import json

import pytest

from gateway.metrics import Metrics
from gateway.runs import Runs, is_id
from gateway.scheduler import Scheduler
from gateway.settings import Settings


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "runs")


@pytest.fixture
def run(runs):
    return runs.admit(runs.stage(), {"file_name": "x.fasta"})


def end_of(runs, run, **state):
    async def tell():
        run.change(status="failed", **state)
        scheduler = Scheduler(Settings(), runs, Metrics())
        scheduler.resume()
        return scheduler.events(run).last

    return asyncio.run(tell())


def test_ids_are_random_and_nothing_else_makes_a_path(runs, run):
    assert is_id(run.id) and run.path.parent == runs.root
    assert runs.get(run.id).id == run.id
    for wrong in ("", "..", run.id[:-1], run.id.upper() + "/", f"../{runs.root.name}/{run.id}"):
        assert runs.get(wrong) is None


def test_a_staged_upload_is_not_a_run_yet(runs):
    runs.stage()
    assert list(runs) == []


def test_the_state_is_replaced_as_a_whole(run):
    run.change(status="running", pid=7)
    run.change(status="done")
    assert (run.state.status, run.state.pid) == ("done", 7)
    assert json.loads((run.path / "state.json").read_text())["schema_version"] == 1


def test_what_is_stripped_leaves_nothing_of_the_user(run):
    (run.path / "input.fasta").write_text(">a\nMKV\n")
    run.strip()
    assert [path.name for path in run.path.iterdir()] == ["state.json"]


def test_an_end_that_was_not_told_before_a_restart_is_told_after_it(runs, run):
    event = end_of(runs, run, code="NO_VARIATION", message="All are equal.")
    assert (event.name, event.data["code"]) == ("error", "NO_VARIATION")
    assert end_of(runs, run, code="NO_VARIATION", message="All are equal.").id == event.id


def test_an_embedding_service_that_is_down_offers_the_notebook(runs, run):
    event = end_of(runs, run, code="BIOCENTRAL_UNAVAILABLE", message="It is down.")
    assert event.data["colab_url"].startswith("https://colab.research.google.com/")
