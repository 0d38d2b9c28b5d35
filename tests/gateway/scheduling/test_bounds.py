"""Bounds of a run: time, memory, files, processes, and where it may write."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys

import psutil
import pytest

from tests.support.gateway_process import (
    QUICK,
    ROOT,
    SLOW,
    Gateway,
    fasta,
    halt,
    processes_below,
    step_of,
)
from tests.support.waiting import PATIENCE_SECONDS, wait_until

pytestmark = pytest.mark.slow


def project_step(gateway, job_id) -> psutil.Process:
    gateway.wait_for(job_id, lambda event: event["data"].get("stage") == "projecting")
    return step_of(gateway, job_id)


def suspend_step(gateway, job_id) -> None:
    """Suspend a step that projects; if it ended before, the next one."""
    while True:
        with contextlib.suppress(psutil.NoSuchProcess):
            step = project_step(gateway, job_id)
            step.suspend()
            if step.status() != psutil.STATUS_ZOMBIE:
                return


def test_a_stage_that_takes_too_long_is_named(start_gateway):
    gateway = start_gateway(PREP_STAGE_TIMEOUT_SECONDS="projecting=5,embedding=600")
    job_id = gateway.submit(fasta(400, 200), **SLOW)
    gateway.wait_for(job_id, lambda event: event["data"].get("stage") == "projecting")
    halt(gateway, job_id)
    error = gateway.finish(job_id)["data"]
    assert error["code"] == "PIPELINE_TIMEOUT"
    assert "projecting took longer than 5 s" in error["message"]
    assert not processes_below(gateway.root / job_id)


def test_a_run_that_takes_too_long_names_the_stage_that_it_was_in(start_gateway):
    gateway = start_gateway(PREP_PIPELINE_TIMEOUT_SECONDS="60")
    job_id = gateway.submit(fasta(400, 200), **SLOW)
    suspend_step(gateway, job_id)
    message = gateway.finish(job_id)["data"]["message"]
    assert "timed out after 1 minutes, while projecting" in message


def test_a_step_that_does_not_react_to_sigterm_is_killed(start_gateway):
    gateway = start_gateway(PREP_STAGE_TIMEOUT_SECONDS="projecting=20")
    job_id = gateway.submit(fasta(400, 200), **SLOW)
    suspend_step(gateway, job_id)
    assert gateway.finish(job_id)["data"]["code"] == "PIPELINE_TIMEOUT"
    assert not processes_below(gateway.root / job_id)


def test_a_step_has_the_limits_of_the_settings_and_no_token(start_gateway):
    limits = {"MEMORY_MB": "6000", "FILE_MB": "30000", "PROCESSES": "5000"}
    settings = {f"PREP_STEP_{name}": value for name, value in limits.items()}
    gateway = start_gateway(PREP_API_TOKEN="hush", **settings)
    answer = gateway.post(fasta(400, 200), headers={"Authorization": "Bearer hush"}, **SLOW)
    step = project_step(gateway, answer.json()["job_id"])
    assert step.rlimit(psutil.RLIMIT_AS) == (6000 << 20, 6000 << 20)
    assert step.rlimit(psutil.RLIMIT_FSIZE) == (30000 << 20, 30000 << 20)
    assert step.rlimit(psutil.RLIMIT_NPROC)[0] <= 5000
    assert step.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert "hush" not in str(step.environ()) and "PREP_" not in str(step.environ())


def test_a_step_that_writes_more_than_it_may_says_so(start_gateway):
    gateway = start_gateway(PREP_STEP_FILE_MB="1", PREP_CACHE="none")
    end = gateway.finish(gateway.submit(fasta(1500, 900)))
    assert end["data"]["code"] == "OUTPUT_TOO_LARGE", end


READ_ONLY = """
set -e
grep -E ' (ext.|xfs|btrfs|overlay|tmpfs) ' /proc/mounts | cut -d' ' -f2 | grep -v '^/dev' |
    while read -r folder; do mount -o remount,bind,ro "$folder"; done
mount --bind {root} {root}
mount -o remount,bind,rw {root}
if touch {root}/../x 2> /dev/null; then exit 9; fi
exec {python} -m gateway --port $PORT
"""


def can_mount() -> bool:
    return sys.platform == "linux" and os.getuid() == 0 and bool(shutil.which("unshare"))


@pytest.mark.skipif(not can_mount(), reason="needs root and Linux, to mount all else read-only")
def test_a_whole_run_writes_below_its_run_root_only(tmp_path):
    """Everything else is mounted read-only, /tmp and the home folder included."""
    root = tmp_path / "runs"
    root.mkdir()
    script = READ_ONLY.format(root=root, python=sys.executable)
    gateway = Gateway(root)
    environment = dict(os.environ) | gateway.settings | {"PORT": str(gateway.port)}
    command = ["unshare", "--mount", "sh", "-c", script]
    gateway.process = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        wait_until(gateway.answers)
        end = gateway.finish(gateway.submit(fasta(1000, 60), **QUICK))
        assert end["event"] == "done", end
    finally:
        gateway.process.send_signal(signal.SIGTERM)
        assert gateway.process.wait(PATIENCE_SECONDS) == -signal.SIGTERM
        gateway.close()
