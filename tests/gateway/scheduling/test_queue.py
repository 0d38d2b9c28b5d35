"""Who waits, who runs, who is refused, and who is cancelled."""

import os
import signal
import time

import pytest

from tests.support.gateway_process import SLOW, fasta, halt, processes_below
from tests.support.waiting import wait_until

ONE = {"PREP_MAX_CONCURRENT_JOBS": "1"}


def positions(events):
    return [e["data"]["queue_position"] for e in events if e["event"] == "queued"]


@pytest.mark.slow
def test_positions_fall_to_the_start_and_all_get_done(start_gateway):
    gateway = start_gateway(**ONE)
    jobs = [gateway.submit(fasta(20))]
    group = halt(gateway, jobs[0])
    jobs += [gateway.submit(fasta(20, seed=i)) for i in range(1, 4)]
    assert gateway.health() == {"running": 1, "queued": 3}
    os.killpg(group, signal.SIGCONT)
    streams = [list(gateway.events(job)) for job in jobs]
    assert [positions(events) for events in streams] == [[0], [1, 0], [2, 1, 0], [3, 2, 1, 0]]
    assert all(events[-1]["event"] == "done" for events in streams)
    assert gateway.health() == {"running": 0, "queued": 0}


@pytest.mark.slow
def test_never_more_run_than_configured(start_gateway):
    gateway = start_gateway(PREP_MAX_CONCURRENT_JOBS="2")
    jobs = [gateway.submit(fasta(20, seed=i), **SLOW) for i in range(5)]
    most = 0
    while gateway.health()["running"] + gateway.health()["queued"]:
        most = max(most, sum(gateway.state(job)["status"] == "running" for job in reversed(jobs)))
        time.sleep(0.1)
    assert most == 2
    assert [gateway.state(job)["status"] for job in jobs] == ["done"] * 5


def test_a_full_queue_answers_503_and_stores_nothing(start_gateway):
    gateway = start_gateway(**ONE, PREP_MAX_PENDING_JOBS="2")
    jobs = [gateway.submit()]
    halt(gateway, jobs[0])
    jobs.append(gateway.submit())
    answer = gateway.post()
    assert (answer.status_code, answer.json()["code"]) == (503, "QUEUE_FULL")
    assert answer.headers["retry-after"] == "30"
    assert sorted(path.name for path in gateway.root.glob("[!.]*")) == sorted(jobs)
    assert not list(gateway.root.glob(".incoming*"))


def cancel(gateway, job_id):
    return gateway.client.delete(f"/api/prepare/{job_id}")


@pytest.mark.slow
def test_a_waiting_run_is_cancelled_and_the_others_move_up(start_gateway):
    gateway = start_gateway(**ONE)
    first = gateway.submit(fasta(20))
    group = halt(gateway, first)
    second, third = (gateway.submit(fasta(20, seed=i)) for i in (1, 2))
    answer = cancel(gateway, second)
    os.killpg(group, signal.SIGCONT)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    end = gateway.finish(second)
    assert (end["event"], end["data"]["code"]) == ("error", "CANCELLED")
    assert positions(gateway.events(third)) == [2, 1, 0]
    assert gateway.state(first)["status"] == "done"


@pytest.mark.parametrize("stage", ["normalizing", "embedding", "projecting", None])
def test_a_running_run_is_cancelled_with_all_its_processes(start_gateway, stage):
    gateway = start_gateway(**ONE)
    job_id = gateway.submit(fasta(400, 200), **SLOW)
    if stage:
        gateway.wait_for(job_id, lambda event: event["data"].get("stage") == stage)
    assert cancel(gateway, job_id).json()["status"] == "cancelled"
    assert gateway.health() == {"running": 0, "queued": 0}
    assert gateway.finish(job_id)["data"]["code"] == "CANCELLED"
    wait_until(lambda: not processes_below(gateway.root / job_id))


@pytest.mark.slow
def test_a_cancelled_slot_is_free_for_the_next(start_gateway):
    gateway = start_gateway(**ONE)
    slow, quick = gateway.submit(fasta(400, 200), **SLOW), gateway.submit()
    gateway.wait_for(slow, lambda event: event["data"].get("stage") == "projecting")
    cancel(gateway, slow)
    assert gateway.finish(quick)["event"] == "done"


def test_cancelling_is_idempotent_and_leaves_finished_runs_alone(gateway, done):
    for _ in range(2):
        answer = cancel(gateway, done)
        assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert gateway.bundle(done).status_code == 200


def test_a_cancelled_run_has_no_bundle(start_gateway):
    gateway = start_gateway(**ONE)
    job_id = gateway.submit(**SLOW)
    for _ in range(2):
        assert cancel(gateway, job_id).json()["status"] == "cancelled"
    answer = gateway.bundle(job_id)
    assert (answer.status_code, answer.json()["code"]) == (409, "NOT_FINISHED")


@pytest.mark.slow
def test_a_run_above_its_time_is_ended_and_says_so(start_gateway):
    gateway = start_gateway(PREP_PIPELINE_TIMEOUT_SECONDS="4")
    job_id = gateway.submit()
    halt(gateway, job_id)
    end = gateway.finish(job_id)
    assert end["data"]["code"] == "PIPELINE_TIMEOUT"
    assert "timed out" in end["data"]["message"]
    wait_until(lambda: not processes_below(gateway.root / job_id))


@pytest.mark.slow
def test_a_run_that_nobody_follows_is_cancelled_where_asked_for(start_gateway):
    # The second one has as long to be followed.
    gateway = start_gateway(PREP_ABANDON_SECONDS="10")
    alone = gateway.submit()
    halt(gateway, alone)
    wait_until(lambda: gateway.state(alone)["status"] == "cancelled")
    followed = gateway.submit(fasta(20))
    assert gateway.finish(followed)["event"] == "done"


def test_a_failing_step_gives_its_code_and_sentence(gateway):
    job_id = gateway.submit("".join(f">P{i}\nMKVLA\n" for i in range(20)))
    end = gateway.finish(job_id)
    assert (end["event"], end["data"]["code"]) == ("error", "NO_VARIATION")
    assert "same embedding" in end["data"]["message"]
    assert gateway.bundle(job_id).status_code == 409
