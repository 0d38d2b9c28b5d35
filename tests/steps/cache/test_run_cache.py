"""The cache of a run: whatever becomes of it, the run goes on."""

import os
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest
from sqlalchemy import update

from steps.cache import aside, open_cache, sequence_digest, sqlite_file
from steps.cache.aside import set_aside_before
from steps.cache.database import about
from steps.cache.run_cache import LOST, REPLACED, RunCache
from steps.errors import StepError

A, B = sequence_digest("MKV"), sequence_digest("MLL")
PUBLIC = {REPLACED, LOST}


@pytest.fixture
def path(tmp_path):
    """A cache with one embedding."""
    with open_cache(str(tmp_path / "store.sqlite")) as store:
        store.add_embeddings("m", "1", {A: np.ones(3)})
    return tmp_path / "store.sqlite"


def opened(path, **options) -> RunCache:
    return RunCache(lambda: open_cache(str(path), **options))


def work(cache) -> set[bytes]:
    """Do what a step does; return the digests that were known."""
    found = cache.embeddings("m", "1", [A, B])
    mine = cache.claim("m", "1", [digest for digest in (A, B) if digest not in found])
    assert mine | found.keys() == {A, B}
    cache.add_embeddings("m", "1", {digest: np.ones(3) for digest in mine})
    cache.release()
    return set(found)


def works(path) -> bool:
    """Return whether a run finds both embeddings after another one."""
    with opened(path) as cache:
        work(cache)
    with opened(path) as cache:
        return work(cache) == {A, B}


def junk(path):
    path.write_bytes(b"junk" * 5000)


def flipped(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 0xFF
    path.write_bytes(data)


def truncated(path):
    os.truncate(path, path.stat().st_size // 2)


def folder(path):
    path.unlink()
    path.mkdir()


def log_folder(path):
    path.with_name("store.sqlite-wal").mkdir()


def of_another_program(path):
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE places (url TEXT)").connection.close()


def without_version(path):
    connection = sqlite3.connect(path)
    connection.execute("DELETE FROM protspace_store")
    connection.commit()
    connection.close()


FUNCTIONS = (junk, truncated, folder, log_folder, of_another_program, without_version)
DAMAGE = {function.__name__: function for function in FUNCTIONS}
# The first byte, the version of the format, the kind of the first page, a name in the schema.
DAMAGE |= {f"flipped-{at}": partial(flipped, at=at) for at in (0, 18, 100, 4000)}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_damaged_cache_is_set_aside_and_the_run_goes_on(path, caplog, damage):
    damage(path)
    assert works(path)
    (left,) = set_aside_before(path)
    assert left.name.startswith("store.sqlite.damaged-2") and str(left) in caplog.text
    assert REPLACED in caplog.messages and LOST not in caplog.messages


def test_empty_file_becomes_a_cache(path):
    os.truncate(path, 0)
    assert works(path)
    assert not set_aside_before(path)


def test_damage_in_the_middle_of_a_run_is_no_failure(path):
    with opened(path) as cache:
        assert cache.claim("m", "1", [A, B]) == {B}
        with sqlite3.connect(path) as connection:
            connection.execute("DROP TABLE protspace_entries")
        cache.add_embeddings("m", "1", {B: np.ones(3)})
        assert cache.embeddings("m", "1", [A, B]).keys() == {B}
    assert len(set_aside_before(path)) == 1


def test_damage_found_when_closing_makes_room_for_the_next_run(path):
    with opened(path) as cache:
        work(cache)
        with sqlite3.connect(path) as connection:
            connection.execute("UPDATE protspace_store SET pruned = 'x'")
            connection.execute("UPDATE protspace_entries SET bytes = 'x'")
        cache._cache._max_bytes, cache._cache._written = -1, True
    assert len(set_aside_before(path)) == 1
    assert works(path)


def at_once(function) -> list:
    """Return what a function returns in eight threads that call it in the same instant."""
    begin = threading.Barrier(8)

    def call(_):
        begin.wait()
        return function()

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(call, range(8)))


def test_many_that_notice_the_same_damage_rename_once(path):
    identity = aside.identity_of(path)
    renamed = at_once(lambda: aside.set_aside(path, identity))
    assert list(filter(None, renamed)) == set_aside_before(path)
    assert len(set_aside_before(path)) == 1


def test_many_runs_that_meet_damage_at_once_all_go_on(path):
    def run() -> bool:
        with opened(path) as cache:
            cache.add_embeddings("m", "1", {A: np.ones(3)})
            return A in cache.embeddings("m", "1", [A])

    junk(path)
    assert at_once(run) == [True] * 8
    assert len(set_aside_before(path)) == 1


def test_closing_a_renamed_cache_leaves_the_new_one_alone(path):
    old = open_cache(str(path))
    old.embeddings("m", "1", [A])
    aside.set_aside(path, aside.identity_of(path))
    with opened(path) as new:
        work(new)
        old.add_embeddings("m", "1", {B: np.ones(3)})
        old.close()
        assert path.with_name("store.sqlite-wal").exists()
        assert work(new) == {A, B}
    assert len(set_aside_before(path)) == 1 and works(path)


def test_second_connection_to_another_file_is_noticed(path):
    with opened(path) as cache:
        held = cache._cache._database._engine.connect()
        aside.set_aside(path, aside.identity_of(path))
        assert works(path)
        assert work(cache) == {A, B}
        held.close()
    assert len(set_aside_before(path)) == 1


def test_locked_cache_costs_no_result(path, monkeypatch, caplog):
    monkeypatch.setattr(sqlite_file, "BUSY_SECONDS", 0.1)
    holder = sqlite3.connect(path)
    holder.execute("BEGIN EXCLUSIVE")
    with opened(path) as cache:
        assert work(cache) == set()
    assert PUBLIC.intersection(caplog.messages) == {LOST} and "is locked" in caplog.text
    holder.close()
    assert works(path) and not set_aside_before(path)


def test_server_that_is_away_costs_no_result(caplog):
    with RunCache(lambda: open_cache("postgresql://me@127.0.0.1:1/db")) as cache:
        assert work(cache) == set()
    assert caplog.messages.count(LOST) == 1


@pytest.mark.parametrize("version", [2, 99])
def test_cache_of_a_newer_version_is_kept(path, caplog, version):
    with open_cache(str(path)) as store, store._database.writing() as connection:
        connection.execute(update(about).values(schema_version=version))
    before = aside.identity_of(path)
    with opened(path) as cache:
        assert work(cache) == set()
    assert aside.identity_of(path) == before and not set_aside_before(path)
    assert LOST in caplog.messages and f"schema version {version}" in caplog.text


def test_place_that_cannot_be_written_costs_no_result(tmp_path):
    (tmp_path / "file").touch()
    with opened(tmp_path / "file" / "store.sqlite") as cache:
        assert work(cache) == set()


def test_damage_that_cannot_be_renamed_costs_no_result(path, monkeypatch, caplog):
    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.rename", refuse)
    junk(path)
    with opened(path) as cache:
        assert work(cache) == set()
    assert PUBLIC.intersection(caplog.messages) == {LOST}


def test_damage_again_and_again_fills_no_disk(path):
    for _ in range(aside.MOST + 2):
        junk(path)
        with opened(path) as cache:
            work(cache)
    assert len(set_aside_before(path)) == aside.MOST


def test_what_is_no_file_is_never_renamed(tmp_path):
    path = tmp_path / "store.sqlite"
    os.mkfifo(path)
    with opened(path) as cache:
        assert work(cache) == set()
    assert [each.name for each in tmp_path.iterdir()] == ["store.sqlite"]


def test_damaged_link_sets_its_file_aside(path, tmp_path):
    junk(path)
    link = tmp_path / "links" / "cache.sqlite"
    link.parent.mkdir()
    link.symlink_to(path)
    assert works(link)
    assert link.is_symlink() and len(set_aside_before(link)) == 1
    assert set_aside_before(link) == set_aside_before(path)


def test_damaged_private_cache_is_removed(tmp_path):
    path = tmp_path / "x.partial.sqlite"
    junk(path)
    with RunCache(lambda: open_cache("none", private=path), private=True) as cache:
        assert work(cache) == set()
        cache.discard()
    assert not list(tmp_path.iterdir())


def test_wrong_configuration_is_an_error_all_the_same():
    with pytest.raises(StepError) as caught:
        RunCache(lambda: open_cache("mysql://me@host/db"))
    assert caught.value.code == "INVALID_CONFIG"


def test_claims_without_a_lease_are_nobodys(path):
    with open_cache(str(path)) as store:
        store.claim("m", "1", [B])
        for damage in ("DELETE FROM protspace_leases", "UPDATE protspace_leases SET until = 'x'"):
            with sqlite3.connect(path) as connection:
                connection.execute(damage)
            with opened(path) as cache:
                assert cache.claim("m", "1", [B]) == {B}
            store.claim("m", "1", [B])
