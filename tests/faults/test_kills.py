"""SIGKILL to the gateway, to Snakemake and to steps, at whatever moment, loses nothing.

`FAULTS_KILLS` says how many, `FAULTS_SEED` at which moments.
"""

import contextlib
import os
import random
import signal
import time
from collections import Counter

import psutil
import pytest

from gateway.progress.stages import STAGES as STAGES_OF_RULES
from tests.support.gateway_process import Gateway, fasta
from tests.support.persistent import Client
from tests.support.waiting import wait_until
from tests.support.witness import Witness

pytestmark = pytest.mark.faults

KILLS = int(os.environ.get("FAULTS_KILLS", "30"))
SEED = int(os.environ.get("FAULTS_SEED") or 1)
STAGES = list(dict.fromkeys(STAGES_OF_RULES.values()))
MOMENTS = ["random", "starting", "uploading", "queued", "downloading", *STAGES]
CLIENTS = 4
FORKSERVER = "gateway.execution.forkserver_main"
#: Name of a process -> its kind; all others are steps.
KINDS = {"snakemake": "snakemake", "steps": "steps"}


def is_fork_server(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):
        return FORKSERVER in process.cmdline()
    return False


class Siege:
    """Clients at work on a gateway, and a witness."""

    def __init__(self, root, **settings):
        print(f"FAULTS_SEED={SEED}")
        usual = {"PREP_MAX_CONCURRENT_JOBS": "2", "PREP_DOWNLOAD_GRACE_SECONDS": "600"}
        self.gateway = Gateway(root, **(usual | settings)).start()
        self.random, self.seen, self.away = random.Random(SEED), Counter(), []
        self.witness = Witness(root)
        self.clients = [Client(self.gateway, SEED + number) for number in range(CLIENTS)]
        for thread in (self.witness, *self.clients):
            thread.start()

    def wait_for(self, moment: str) -> None:
        """Until the moment has come; `seen` counts those that did."""
        if moment == "starting":
            self.gateway.kill()
            self.gateway.spawn()
        came = moment in ("random", "starting")
        deadline = time.monotonic() + 60
        while not came and time.monotonic() < deadline:
            time.sleep(0.01)
            came = self.is_now(moment)
        self.seen[moment] += came
        time.sleep(self.random.uniform(0, 4 if moment == "random" else 0.4))

    def is_now(self, moment: str) -> bool:
        if moment in ("uploading", "downloading"):
            return any(client.doing == moment for client in self.clients)
        if moment == "queued":
            return any(self.gateway.state(job)["status"] == "queued" for job in self.jobs())
        rules = [rule for rule, stage in STAGES_OF_RULES.items() if stage == moment]
        logs = tuple(f"logs/input/{rule}." for rule in rules)
        return any(key[1].startswith(logs) for _, key in self.witness.processes())

    def restart(self) -> None:
        """Kill the gateway, and start it again; `away` has how long it did not answer."""
        begin = time.monotonic()
        self.gateway.kill()
        self.gateway.start()
        self.away.append(time.monotonic() - begin)

    def jobs(self) -> list[str]:
        return [path.parent.name for path in self.gateway.root.glob("[!.]*/state.json")]

    def victims(self, kind: str) -> list[psutil.Process]:
        """Processes of a kind: snakemake, step, steps (the server of a run), fork server."""
        if kind == "fork server":
            below = psutil.Process(self.gateway.process.pid).children()
            return [process for process in below if is_fork_server(process)]
        found = [(process, key[1].partition(" ")[0]) for process, key in self.witness.processes()]
        return [process for process, name in found if KINDS.get(name, "step") == kind]

    def retried(self) -> bool:
        """Whether a run was begun more than once."""
        return any(self.gateway.state(job)["attempts"] > 1 for job in self.jobs())

    def finish(self) -> list:
        jobs = [job for client in self.clients for job in client.finish()]
        self.witness.finish()
        return jobs


@pytest.fixture
def siege(tmp_path):
    sieges = []

    def start(**settings):
        sieges.append(Siege(tmp_path / "runs", **settings))
        return sieges[-1]

    yield start
    for started in sieges:
        started.gateway.stop()


def check_promises(jobs, siege) -> None:
    """Check the promises to every job whose 202 was received, whatever was killed."""
    assert jobs and siege.witness.looks > 10
    assert siege.witness.doubles == []
    for job in jobs:
        assert [int(event["id"]) for event in job.events] == list(range(1, len(job.events) + 1))
        assert [event["event"] for event in job.events[:-1]].count("done") == 0
        assert (job.rows == job.proteins) == (job.end == "done"), job
        check_order(job)


def check_order(job) -> None:
    """Positions fall to 0, which comes once; stages and counts never go back."""
    positions = [e["data"]["queue_position"] for e in job.events if e["event"] == "queued"]
    assert positions == sorted(set(positions), reverse=True), positions
    told = [event["data"] for event in job.events if event["event"] == "progress"]
    ranks = [max(0, STAGES.index(data["stage"]) - (data["stage"] == "annotating")) for data in told]
    assert ranks == sorted(ranks), told
    assert [data["elapsed"] for data in told] == sorted(data["elapsed"] for data in told)
    counts = [data["done"] for data in told if data["stage"] == "embedding" and "done" in data]
    assert counts == sorted(set(counts)), told


def check_quiet(siege) -> None:
    """Also what was uploaded without a 202 comes to an end, and nothing lies about."""
    root = siege.gateway.root
    wait_until(lambda: siege.gateway.health() == {"running": 0, "queued": 0})
    assert {siege.gateway.state(job)["status"] for job in siege.jobs()} <= {"done", "failed"}
    wait_until(lambda: not siege.witness.processes())
    assert not list(root.glob(".incoming-*")) and not list(root.glob(".broken-*"))


def test_a_gateway_killed_at_any_moment_loses_no_job(siege):
    siege = siege()
    for number in range(KILLS):
        siege.wait_for(MOMENTS[number % len(MOMENTS)])
        siege.restart()
    jobs = siege.finish()
    print(f"{KILLS} kills at {dict(siege.seen)}: {Counter(job.end for job in jobs)}", end=" ")
    print(f"away {max(siege.away):.1f} s at most")
    check_promises(jobs, siege)
    assert {job.end for job in jobs} == {"done"}
    assert sum(siege.seen.values()) >= 0.8 * KILLS
    check_quiet(siege)


@pytest.mark.parametrize("kind", ["snakemake", "step", "steps"])
def test_a_killed_process_of_a_run_is_made_good_or_told(siege, kind):
    siege, wanted = siege(), max(4, KILLS // 3)
    # One that is killed near its end may have nothing left to do: then others follow.
    while siege.seen[kind] < wanted or (not siege.retried() and siege.seen[kind] < 20 * wanted):
        time.sleep(siege.random.uniform(0, 4))
        wait_until(lambda: siege.victims(kind), every=0.01)
        victim = siege.random.choice(siege.victims(kind) or [psutil.Process()])
        if victim.pid != os.getpid():
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.send_signal(signal.SIGKILL)
                siege.seen[kind] += 1
    jobs = siege.finish()
    print(f"{siege.seen[kind]} kills of a {kind}: {Counter(job.end for job in jobs)}")
    check_promises(jobs, siege)
    assert {job.end for job in jobs} <= {"done", "INTERRUPTED", "INTERNAL"}
    assert siege.retried()
    check_quiet(siege)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_fork_server_killed_or_halted_costs_no_job(siege, number):
    siege = siege()
    for _ in range(max(2, KILLS // 6)):
        time.sleep(siege.random.uniform(0, 4))
        for victim in siege.victims("fork server"):
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.send_signal(number)
                siege.seen["fork server"] += 1
    jobs = siege.finish()
    print(f"{siege.seen['fork server']} times {number.name}: {Counter(job.end for job in jobs)}")
    check_promises(jobs, siege)
    assert {job.end for job in jobs} == {"done"}
    wait_until(lambda: siege.gateway.client.get("/readyz").json()["warm"])
    check_quiet(siege)


def test_gateway_and_workflows_killed_together_are_both_taken_up(siege):
    """As when a container is replaced."""
    siege = siege(PREP_MAX_ATTEMPTS="20")
    for moment in ["projecting", "embedding", "random"] * max(1, KILLS // 9):
        siege.wait_for(moment)
        siege.gateway.kill()
        for process, _ in siege.witness.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        siege.gateway.start()
    jobs = siege.finish()
    print(f"{dict(siege.seen)}: {Counter(job.end for job in jobs)}")
    check_promises(jobs, siege)
    assert {job.end for job in jobs} == {"done"}
    check_quiet(siege)


def test_a_bundle_that_streams_when_the_gateway_dies_is_there_afterwards(tmp_path):
    gateway = Gateway(tmp_path / "runs").start()
    try:
        job_id = gateway.submit(fasta(1000, 60))
        assert gateway.finish(job_id)["event"] == "done"
        whole = gateway.bundle(job_id).content
        kill_while_streaming(gateway, job_id)
        gateway.start()
        again = gateway.bundle(job_id)
        assert (again.status_code, again.content) == (200, whole)
    finally:
        gateway.stop()


def kill_while_streaming(gateway, job_id) -> None:
    with gateway.client.stream("GET", f"/api/prepare/{job_id}/bundle") as answer:
        got = next(answer.iter_raw(1024))
        gateway.kill()
        assert answer.status_code == 200 and len(got) == 1024
