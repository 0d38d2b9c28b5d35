"""Stopping and starting again: runs go on, downloads end, streams are let go."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

from tests.support.gateway_process import ROOT, SLOW, Gateway, fasta, halt
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture
def gateway(tmp_path):
    gateway = Gateway(tmp_path / "runs", PREP_MAX_CONCURRENT_JOBS="1").start()
    yield gateway
    gateway.stop()


def restart(gateway):
    gateway.end()
    gateway.start()


def test_a_running_workflow_goes_on_and_is_followed_again(gateway):
    job_id = gateway.submit(fasta(400, 100), **SLOW)
    gateway.wait_for(job_id, lambda event: event["data"].get("stage") == "projecting")
    pid = halt(gateway, job_id)
    restart(gateway)
    assert gateway.health() == {"running": 1, "queued": 0}
    os.killpg(pid, signal.SIGCONT)
    events = list(gateway.events(job_id))
    assert events[-1]["event"] == "done"
    assert [int(event["id"]) for event in events] == list(range(1, len(events) + 1))
    assert gateway.state(job_id)["pid"] == pid


def test_waiting_runs_wait_again_in_their_order(gateway):
    jobs = [gateway.submit(fasta(20, seed=i)) for i in range(3)]
    restart(gateway)
    assert [gateway.finish(job)["event"] for job in jobs] == ["done"] * 3
    finished = [gateway.state(job)["finished"] for job in jobs]
    assert finished == sorted(finished)


def test_a_finished_run_stays_downloadable(gateway):
    job_id = gateway.submit()
    gateway.finish(job_id)
    restart(gateway)
    assert gateway.finish(job_id)["event"] == "done"
    assert gateway.bundle(job_id).status_code == 200


def test_open_streams_end_at_once_and_a_reader_comes_back_to_what_it_missed(gateway):
    job_id, seen = gateway.submit(fasta(400, 100), **SLOW), []
    thread = threading.Thread(target=lambda: seen.extend(gateway.events(job_id)))
    thread.start()
    wait_until(lambda: seen)
    restart(gateway)
    thread.join(PATIENCE_SECONDS)
    assert not thread.is_alive() and seen[-1]["event"] != "done"
    rest = list(gateway.events(job_id, after=int(seen[-1]["id"])))
    assert [int(e["id"]) for e in seen + rest] == list(range(1, len(seen) + len(rest) + 1))


def test_readers_whom_a_stop_sends_away_come_back_after_the_restart(gateway):
    job_id, lines = gateway.submit(fasta(400, 100), **SLOW), []
    path = f"/api/prepare/{job_id}/events"
    with gateway.client.stream("GET", path, timeout=PATIENCE_SECONDS) as answer:
        reading = answer.iter_lines()
        lines.append(next(reading))
        gateway.process.terminate()
        lines.extend(reading)
    gateway.process.wait(PATIENCE_SECONDS)
    times = [int(line.split()[1]) for line in lines if line.startswith("retry:")]
    assert all(3000 <= each < 3100 for each in times[:-1]) and 12_000 <= times[-1] < 16_000
    # It is no event, so nobody is told anything else by it.
    assert lines[-1] == "" and lines[-3] == ""


def test_a_damaged_run_directory_does_not_stop_the_start(gateway):
    job_id = gateway.submit()
    gateway.finish(job_id)
    damaged = gateway.root / ("0" * 32)
    damaged.mkdir()
    (damaged / "state.json").write_text("{")
    restart(gateway)
    assert gateway.bundle(job_id).status_code == 200


def test_a_second_gateway_on_the_same_runs_refuses_to_start(gateway):
    command = [sys.executable, "-m", "gateway", "--port", "0"]
    environment = {"PREP_JOB_ROOT": str(gateway.root), "PYTHONPATH": str(ROOT)}
    options = {"capture_output": True, "text": True, "timeout": PATIENCE_SECONDS}
    second = subprocess.run(command, env=environment, **options)
    assert second.returncode == 2
    assert "another gateway uses" in second.stderr and second.stderr.count("\n") == 1


def test_a_download_is_let_finish(gateway):
    job_id = gateway.submit(fasta(1000, 60))
    gateway.finish(job_id)
    size = int(gateway.client.head(f"/api/prepare/{job_id}/bundle").headers["content-length"])
    with socket.create_connection(("127.0.0.1", gateway.port)) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.sendall(f"GET /api/prepare/{job_id}/bundle HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        got = connection.recv(1024)
        gateway.process.terminate()
        time.sleep(0.5)
        while chunk := connection.recv(65536):
            got += chunk
    assert len(got.partition(b"\r\n\r\n")[2]) == size
    gateway.process.wait(PATIENCE_SECONDS)
