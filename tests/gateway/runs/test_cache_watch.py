"""Damaged caches beside the cache: known, logged once, and emptied when their contents are due."""

import os

import pytest
import structlog

from gateway.runs.cache_watch import CacheWatch
from gateway.scheduling.sweeper import prune
from gateway.settings import Settings
from steps.cache import open_cache


@pytest.fixture
def settings(tmp_path):
    return Settings(job_root=tmp_path, cache_seconds=1000)


@pytest.fixture
def left(tmp_path):
    """A cache that was set aside, with its write-ahead log."""
    path = tmp_path / ".store" / "store.sqlite.damaged-20260101T000000Z"
    path.parent.mkdir()
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).write_bytes(b"secret" * 1000)
    return path


def later(monkeypatch, seconds=10_000):
    now = os.stat("/proc/self").st_ctime + seconds
    monkeypatch.setattr("gateway.runs.cache_watch.time.time", lambda: now)


def test_what_was_set_aside_is_a_problem_and_logged_once(settings, left):
    watch = CacheWatch(settings)
    with structlog.testing.capture_logs() as logs:
        assert watch.set_aside() == watch.set_aside() == [left]
    assert [entry["event"] for entry in logs] == ["cache_set_aside"]
    (problem,) = watch.problems()
    assert "/" not in problem
    left.unlink()
    assert watch.problems() == []


def test_failed_pruning_is_a_problem(settings):
    watch = CacheWatch(settings)
    watch.usable = False
    assert len(watch.problems()) == 1


def test_set_aside_cache_is_emptied_when_its_entries_are_due(settings, left, monkeypatch):
    watch = CacheWatch(settings)
    watch.erase_due()
    assert left.stat().st_size == 6000
    later(monkeypatch)
    watch.erase_due()
    assert [(path.name, path.stat().st_size) for path in left.parent.iterdir()] == [(left.name, 0)]
    assert watch.set_aside() == [left]


@pytest.mark.parametrize(("content", "size"), [(b"protspace_entries", 0), (b"a thesis", 8)])
def test_files_of_others_are_never_emptied(tmp_path, monkeypatch, content, size):
    path = tmp_path / "x.sqlite.damaged-20260101T000000Z"
    path.write_bytes(content)
    later(monkeypatch)
    CacheWatch(Settings(cache=str(tmp_path / "x.sqlite"), cache_seconds=1000)).erase_due()
    assert path.stat().st_size == size


@pytest.mark.parametrize("cache", ["none", "postgresql://me@127.0.0.1:1/db"])
def test_without_a_file_nothing_is_looked_for(cache):
    assert CacheWatch(Settings(cache=cache)).set_aside() == []


def test_pruning_sets_damage_aside_and_reports_what_it_cannot_use(settings, tmp_path, monkeypatch):
    path = tmp_path / ".store" / "store.sqlite"
    assert prune(settings)
    path.write_bytes(b"junk" * 1000)
    assert prune(settings) and len(CacheWatch(settings).set_aside()) == 1
    assert not prune(Settings(cache="postgresql://me@127.0.0.1:1/db"))
    open_cache(str(path)).close()
    assert prune(settings)
