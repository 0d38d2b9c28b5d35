"""The clock of runs, whose system's clock is set while they run."""

import json
import time

import pytest

from gateway.runs import clock
from gateway.runs.directory import Runs
from gateway.runs.request import Request
from gateway.runs.retention import expiry
from gateway.scheduling import recovery
from gateway.scheduling.time_limit import TimeLimit
from gateway.settings import Settings

HOURS = 3600.0


@pytest.fixture
def run(tmp_path):
    runs = Runs(tmp_path / "runs")
    return runs.admit(runs.stage(), Request(file_name="x.fasta"))


@pytest.fixture
def set_clock(monkeypatch):
    """Set the system's clock some seconds forward, or back; as gateways see it that start then."""
    true = time.time

    def change(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: true() + seconds)
        clock._offset.cache_clear()

    yield change
    clock._offset.cache_clear()


@pytest.mark.parametrize("seconds", [3 * HOURS, -3 * HOURS])
def test_time_of_runs_stays_when_the_clock_is_set(run, set_clock, seconds):
    before = run.now()
    set_clock(seconds)
    assert 0 <= run.now() - before < 60


def test_run_is_not_late_when_the_clock_is_set_forward(run, set_clock):
    run.change(status="running", started=run.now())
    set_clock(10 * HOURS)
    assert TimeLimit(run, Settings()).exceeded() is None


def test_result_expires_at_a_time_that_the_clock_will_show(run, set_clock):
    state = run.change(status="done", finished=run.now())
    set_clock(3 * HOURS)
    left = clock.on_the_wall(run.path.parent, expiry(run, Settings())) - time.time()
    assert state.finished is not None and 3500 < left <= 3600


def test_time_of_runs_is_that_of_the_clock_after_another_boot(run, set_clock, monkeypatch):
    run.now()
    monkeypatch.setattr(clock, "boot", lambda: "another")
    set_clock(10 * HOURS)
    assert abs(run.now() - time.time()) < 60


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"boot": 1}', "[" * 9999])
def test_damaged_clock_is_set_anew(run, set_clock, text):
    path = run.path.parent / ".clock.json"
    path.write_text(text)
    set_clock(0)
    assert abs(run.now() - time.time()) < 60
    assert json.loads(path.read_text())["boot"] == clock.boot()


def test_times_of_a_clock_that_was_far_ahead_are_those_of_the_start(run, set_clock):
    run.change(submitted=run.now() + 9999 * HOURS)
    state = recovery._checked(run)
    assert abs(state.submitted - run.now()) < 60
