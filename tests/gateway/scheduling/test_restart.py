"""After a restart, an interruption or a crash: runs go on from what is complete, or say why not."""

import contextlib
import json
import os
import signal
import subprocess
import time

import psutil
import pytest

from tests.support.gateway_process import SLOW, Gateway, fasta, processes_below, step_of
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def gateway(tmp_path):
    gateway = Gateway(tmp_path / "runs", PREP_MAX_CONCURRENT_JOBS="1", PREP_MAX_ATTEMPTS="2")
    yield gateway.start()
    gateway.stop()


@pytest.fixture
def job_id(gateway):
    """A run that is projecting."""
    job_id = gateway.submit(fasta(400, 100), **SLOW)
    gateway.wait_for(job_id, lambda event: event["data"].get("stage") == "projecting")
    return job_id


def in_order(events) -> bool:
    return [int(event["id"]) for event in events] == list(range(1, len(events) + 1))


def change_state(gateway, job_id, **values):
    path = gateway.root / job_id / "state.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def kill_snakemake(gateway, job_id):
    os.kill(gateway.state(job_id)["pid"], signal.SIGKILL)


def kill_all(gateway, job_id):
    gateway.kill()
    for process in processes_below(gateway.root / job_id):
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def test_a_killed_workflow_goes_on_from_the_files_that_are_complete(gateway, job_id):
    complete = gateway.root / job_id / "results" / "input" / "embeddings" / "composition.h5"
    written = complete.stat().st_mtime_ns
    kill_snakemake(gateway, job_id)
    events = list(gateway.events(job_id))
    assert events[-1]["event"] == "done" and in_order(events)
    assert gateway.state(job_id)["attempts"] == 2
    assert complete.stat().st_mtime_ns == written
    elapsed = [e["data"]["elapsed"] for e in events if e["event"] == "progress"]
    assert elapsed == sorted(elapsed)


def test_a_killed_step_is_done_again(gateway, job_id):
    step_of(gateway, job_id).kill()
    assert gateway.finish(job_id)["event"] == "done"
    assert gateway.state(job_id)["attempts"] == 2


def test_a_run_that_is_interrupted_each_time_fails_and_says_how_often(gateway, job_id):
    pid = gateway.state(job_id)["pid"]
    kill_snakemake(gateway, job_id)
    wait_until(lambda: gateway.state(job_id)["pid"] != pid)
    step_of(gateway, job_id)
    kill_snakemake(gateway, job_id)
    end = gateway.finish(job_id)
    assert end["data"]["code"] == "INTERRUPTED" and "started 2 times" in end["data"]["message"]
    assert "while projecting" in end["data"]["message"]
    assert not processes_below(gateway.root / job_id)


def test_gateway_and_workflow_that_died_together_are_taken_up(gateway, job_id):
    before = list_now(gateway, job_id)
    kill_all(gateway, job_id)
    gateway.start()
    events = list(gateway.events(job_id))
    assert events[-1]["event"] == "done" and in_order(events)
    assert [event["data"] for event in events[: len(before)]] == before
    assert [e["data"].get("queue_position") for e in events].count(0) == 1


def list_now(gateway, job_id) -> list[dict]:
    """The data of the events so far, of a stream that goes on."""
    found = []
    for event in gateway.events(job_id):
        found.append(event["data"])
        if event["data"].get("stage") == "projecting":
            return found
    raise AssertionError("the run has ended")


def test_a_workflow_whose_pid_was_never_written_down_is_ended_before_the_next(gateway, job_id):
    orphan = psutil.Process(gateway.state(job_id)["pid"])
    gateway.kill()
    change_state(gateway, job_id, pid=None, pid_started=None)
    gateway.start()
    assert orphan not in processes_below(gateway.root / job_id)
    assert gateway.finish(job_id)["event"] == "done"
    assert gateway.state(job_id)["pid"] not in (None, orphan.pid)


def test_a_pid_of_before_the_machine_was_started_is_no_run_of_ours(gateway, job_id):
    kill_all(gateway, job_id)
    other = subprocess.Popen(["sleep", "999"], start_new_session=True)
    with open(f"/proc/{other.pid}/stat") as file:
        ticks = float(file.read().rpartition(")")[2].split()[19])
    change_state(gateway, job_id, pid=other.pid, pid_started=ticks, boot="another")
    gateway.start()
    assert gateway.finish(job_id)["event"] == "done"
    assert other.poll() is None
    other.kill()
    other.wait()


def test_a_run_that_finished_unwatched_is_done_however_long_ago(gateway):
    job_id = gateway.submit()
    gateway.wait_for(job_id, lambda event: event["event"] == "progress")
    gateway.kill()
    wait_until(lambda: not processes_below(gateway.root / job_id))
    change_state(gateway, job_id, started=time.time() - 3600)
    gateway.start()
    events = list(gateway.events(job_id))
    assert events[-1]["event"] == "done" and in_order(events)
    assert gateway.bundle(job_id).status_code == 200


def test_a_torn_event_is_cut_and_told_whole(gateway, job_id):
    gateway.kill()
    with (gateway.root / job_id / "events.jsonl").open("a") as file:
        file.write('{"id": 99, "event": "prog')
    gateway.start()
    events = list(gateway.events(job_id))
    assert events[-1]["event"] == "done" and in_order(events)


def test_what_is_half_stored_goes_and_what_is_broken_goes_aside(gateway):
    job_id = gateway.submit()
    gateway.finish(job_id)
    gateway.kill()
    (gateway.root / ".incoming-1").mkdir()
    for number, text in enumerate(["{", "{}", '{"status": "queued", "submitted": 1}']):
        (gateway.root / f"{number:032}").mkdir()
        (gateway.root / f"{number:032}" / "state.json").write_text(text)
    gateway.start()
    # The first sweep looks into the cache, sooner or later.
    names = sorted({path.name for path in gateway.root.iterdir()} - {".store"})
    aside = [f".broken-{number:032}" for number in range(3)]
    ours = [".clock.json", ".history.json", ".lock", ".reserve", ".snakemake"]
    assert names == sorted([*aside, *ours, job_id])
    assert gateway.log.read_text().count("run_broken") == 3


def test_an_operators_shell_in_the_folder_survives_the_end_of_the_run(gateway, job_id):
    folder = gateway.root / job_id
    shell = subprocess.Popen(["sleep", "999"], cwd=folder, start_new_session=True)
    gateway.client.delete(f"/api/prepare/{job_id}")
    assert processes_below(folder) == [psutil.Process(shell.pid)]
    shell.kill()
    shell.wait()


def own_environment(gateway, job_id) -> dict[str, str]:
    """The environment that a step gives to what it starts; one that is forked has another."""
    step_of(gateway, job_id)
    found = []
    for process in processes_below(gateway.root / job_id):
        with contextlib.suppress(psutil.Error):
            found.append(process.environ())
    return next(each for each in found if each.get("PIPELINE_RUN") == job_id)


def test_a_process_that_left_its_group_and_folder_is_ended_with_its_run(gateway, job_id):
    environment = own_environment(gateway, job_id)
    stray = subprocess.Popen(["sleep", "999"], cwd="/", env=environment, start_new_session=True)
    gateway.client.delete(f"/api/prepare/{job_id}")
    assert stray.wait(PATIENCE_SECONDS) == -signal.SIGTERM
