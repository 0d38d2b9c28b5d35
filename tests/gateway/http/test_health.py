"""Readiness: its checks are those of one application, and hold for some seconds."""

from pathlib import Path

from gateway.http import health, services
from gateway.http.services import Readiness


def test_readiness_is_that_of_its_own_settings(tmp_path: Path):
    ready, full = Readiness(tmp_path, 0), Readiness(tmp_path, 10**18)
    assert ready.checks() == {"disk": True, "writable": True, "snakemake": True}
    assert full.checks() == {"disk": False, "writable": True, "snakemake": True}


def test_readiness_is_checked_again_after_some_seconds(tmp_path: Path, monkeypatch):
    now, low = [100.0], [False]
    monkeypatch.setattr(services.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(services.disk, "low", lambda *_: low[0])
    readiness = Readiness(tmp_path, 0)
    assert readiness.checks()["disk"]
    low[0] = True
    assert readiness.checks()["disk"]
    now[0] += services._CHECKED_SECONDS + 1
    assert not readiness.checks()["disk"]


def test_each_check_has_its_fault(tmp_path: Path):
    assert health._FAULTS.keys() == Readiness(tmp_path, 0).checks().keys()
