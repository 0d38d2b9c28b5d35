"""Run directories and the end of a run, without a server."""

import asyncio
import errno
import json
import os
import time

import pytest

from gateway.metrics import Metrics
from gateway.progress.job_log import JobLog
from gateway.progress.publisher import Publisher
from gateway.runs import disk
from gateway.runs.directory import Runs, is_id
from gateway.runs.request import Request
from gateway.scheduling import outcome, recovery
from gateway.scheduling.outcome import Outcome, Outcomes
from gateway.scheduling.queue import Scheduler, _turn
from gateway.scheduling.time_limit import TimeLimit
from gateway.settings import Settings
from tests.support.waiting import PATIENCE_SECONDS


@pytest.fixture
def runs(tmp_path):
    return Runs(tmp_path / "runs")


@pytest.fixture
def run(runs):
    return runs.admit(runs.stage(), Request(file_name="x.fasta"))


def end_of(runs, run, **state):
    async def tell():
        run.change(status="failed", **state)
        scheduler = Scheduler(Settings(), runs, Metrics())
        await scheduler.resume()
        last = scheduler.events(run).last
        await scheduler.stop()
        return last

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
    assert (event.event, event.data["code"]) == ("error", "NO_VARIATION")
    assert end_of(runs, run, code="NO_VARIATION", message="All are equal.").id == event.id


def test_an_embedding_service_that_is_down_offers_the_notebook(runs, run):
    event = end_of(runs, run, code="BIOCENTRAL_UNAVAILABLE", message="It is down.")
    assert event.data["colab_url"].startswith("https://colab.research.google.com/")


def test_states_of_other_versions_are_read(run):
    path = run.path / "state.json"
    path.write_text('{"status": "running", "submitted": 5.0, "pid": 7, "invented_later": 1}')
    assert (run.state.submitted, run.state.pid, run.state.attempts) == (5.0, 7, 0)
    assert run.change(attempts=1).attempts == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"status": "odd", "submitted": 1}'])
def test_what_is_no_state_is_refused(run, text):
    (run.path / "state.json").write_text(text)
    with pytest.raises(ValueError, match="validation error"):
        _ = run.state
    assert run.read_state() is None


def test_interrupted_runs_go_first_others_in_order_of_upload(runs):
    first, second, third = (
        runs.admit(runs.stage(), Request(file_name="x.fasta")) for _ in range(3)
    )
    third.change(status="running", first_started=5.0)
    assert sorted([second, third, first], key=_turn) == [third, first, second]


def test_position_after_the_start_is_not_published(run):
    for _ in range(2):
        publisher = Publisher(Settings())
        for position in (2, 0, 1, 0):
            publisher.publish_position(run, position, 1)
    published = [event.data["queue_position"] for event in publisher.events(run).all()]
    assert published == [2, 0]


def test_position_that_rises_after_a_restart_is_not_published(run):
    Publisher(Settings()).publish_position(run, 1, 2)
    restarted = Publisher(Settings())
    for position in (2, 1, 0):
        restarted.publish_position(run, position, 2)
    published = [event.data["queue_position"] for event in restarted.events(run).all()]
    assert published == [1, 0]


def test_what_was_set_aside_goes_when_its_upload_is_due(runs):
    aside = runs.root / ".broken-1"
    aside.mkdir()
    (aside / "input.fasta").touch()
    recovery.remove_broken(runs.root, 100)
    assert aside.exists()
    os.utime(aside / "input.fasta", (time.time() - 101,) * 2)
    recovery.remove_broken(runs.root, 100)
    assert not aside.exists()


def test_a_run_without_bundle_and_error_was_interrupted_unless_the_disk_is_full(run):
    assert outcome.find(run, Settings(min_free_bytes=0), JobLog(run)) is None
    assert outcome.find(run, Settings(min_free_bytes=1 << 60), JobLog(run)).code == "DISK_FULL"
    (run.logs / "embed.error.json").write_text('{"code": "NO_VARIATION", "message": "Equal."}')
    assert outcome.find(run, Settings(), JobLog(run)) == Outcome("failed", "NO_VARIATION", "Equal.")


def full(*arguments, **values):
    raise OSError(errno.ENOSPC, "No space left on device")


def test_the_reserve_is_given_up_once_for_what_must_be_written(tmp_path):
    disk.keep_reserve(tmp_path)
    assert (tmp_path / ".reserve").stat().st_size == 1048576
    tries = []

    def write():
        tries.append((tmp_path / ".reserve").exists())
        if tries[-1]:
            full()

    disk.insist(tmp_path, write)
    assert tries == [True, False]
    with pytest.raises(OSError, match="No space left"):
        disk.insist(tmp_path, full)


def test_an_end_that_cannot_be_written_is_written_as_soon_as_it_can_be(run, monkeypatch):
    monkeypatch.setattr("gateway.scheduling.outcome._RETRY_SECONDS", 0.01)

    async def end():
        outcomes = Outcomes(Publisher(Settings()), Metrics())
        with monkeypatch.context() as patch:
            patch.setattr(run, "change", full)
            outcomes.finish(run, Outcome("failed", "DISK_FULL", "Full."))
            await asyncio.sleep(0.05)
            assert run.state.status == "queued"
        async with asyncio.timeout(PATIENCE_SECONDS):
            while run.state.status == "queued":
                await asyncio.sleep(0.01)
        return run.state.status, outcomes.publisher.events(run).last.event

    assert asyncio.run(end()) == ("failed", "error")


def test_each_stage_that_runs_is_named_once(run):
    rules = {1: "embed", 2: "annotate", 3: "embed_shard", 4: "normalize"}
    entries = [{"event": "job_info", "rule": rule, "jobs": [job]} for job, rule in rules.items()]
    entries.append({"event": "job_finished", "jobs": [4]})
    lines = [json.dumps(entry | {"time": time.time() + 1}) for entry in entries]
    (run.path / "jobs.jsonl").write_text("\n".join(lines) + "\n")
    limit = TimeLimit(run, Settings())
    limit.follow(JobLog(run).read())
    assert limit.where() == "embedding and annotating"
