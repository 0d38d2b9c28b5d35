"""Many processes with one store, and those that are killed; also run on a PostgreSQL server."""

import multiprocessing
import random
import signal
import time
from itertools import batched, chain

import numpy as np
import pytest

from steps.cache import claims, open_cache, sequence_digest
from steps.cache.database import Database, clock
from tests.support.waiting import PATIENCE_SECONDS, wait_until

DIGESTS = [sequence_digest(str(number)) for number in range(240)]
# Not forked from the test, whose database connections they would share, but from a process that
# has no more than loaded the modules.
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["__main__", "psycopg", "steps.cache.cache", __name__])


@pytest.fixture
def cache(tmp_path):
    return str(tmp_path / "new" / "store.sqlite")


@pytest.fixture
def start():
    """Start processes of the functions below; none outlives the test."""
    started = []

    def start(function, *arguments):
        started.append(_processes.Process(target=function, args=arguments))
        started[-1].start()
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.join()


def value(digest):
    return np.frombuffer(digest * 16, dtype=np.uint8).astype(np.float32)


def compute_all(cache, path, begin):
    """As the embed step does, in small batches; writes what it computed to `path`."""
    begin.wait(PATIENCE_SECONDS)
    with open_cache(cache) as store, path.open("w") as file:
        while missing := set(DIGESTS) - store.embeddings("m", "1", DIGESTS).keys():
            for batch in batched(random.sample(sorted(missing), len(missing)), 8):
                mine = store.claim("m", "1", batch)
                print(*(digest.hex() for digest in mine), file=file, flush=True)
                time.sleep(0.002)
                store.add_embeddings("m", "1", {digest: value(digest) for digest in mine})


def test_eight_processes_compute_each_digest_once(cache, tmp_path, start):
    paths = [tmp_path / f"{number}.txt" for number in range(8)]
    begin = _processes.Barrier(8)
    running = [start(compute_all, cache, path, begin) for path in paths]
    for process in running:
        process.join(PATIENCE_SECONDS)
    assert [process.exitcode for process in running] == [0] * 8
    computed = [path.read_text().split() for path in paths]
    assert sorted(chain(*computed)) == sorted(digest.hex() for digest in DIGESTS)
    assert sum(map(bool, computed)) > 1
    with open_cache(cache) as store:
        found = store.embeddings("m", "1", DIGESTS)
    assert all(np.array_equal(found[digest], value(digest)) for digest in DIGESTS)


def batch(name, number, size=40):
    return [sequence_digest(f"{name} {number} {item}") for item in range(size)]


def write_for_ever(cache, path, name):
    with open_cache(cache) as store, path.open("w") as file:
        for number in range(1_000_000):
            digests = batch(name, number)
            store.add_embeddings("m", "1", {digest: value(digest) for digest in digests})
            print(number, file=file, flush=True)


@pytest.mark.parametrize("lines", [1, 5, 40])
def test_a_killed_writer_loses_at_most_the_batch_it_wrote(cache, tmp_path, start, lines):
    path = tmp_path / "done.txt"
    writer = start(write_for_ever, cache, path, "one")
    wait_until(lambda: path.exists() and path.read_text().count("\n") >= lines, every=0.005)
    time.sleep(random.uniform(0, 0.02))
    writer.kill()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    done = path.read_text().count("\n")
    with open_cache(cache) as store:
        assert sound(store._database)
        for number in range(done):
            assert len(store.embeddings("m", "1", batch("one", number))) == 40
        assert len(store.embeddings("m", "1", batch("one", done))) in (0, 40)
        assert not store.embeddings("m", "1", batch("one", done + 1))


def sound(database: Database):
    """Whether SQLite finds no fault in its file; PostgreSQL has no such question."""
    if database.path is None:
        return True
    with database.reading() as connection:
        return connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"


def claim_and_wait(cache, path):
    with open_cache(cache) as store:
        path.write_text(str(len(store.claim("m", "1", DIGESTS))))
        signal.pause()


def test_the_claims_of_a_killed_process_are_taken_over(cache, tmp_path, start, monkeypatch):
    path = tmp_path / "claimed.txt"
    owner = start(claim_and_wait, cache, path)
    wait_until(lambda: path.exists() and path.read_text() == str(len(DIGESTS)))
    with open_cache(cache) as store:
        assert store.claim("m", "1", DIGESTS) == set()
        owner.kill()
        owner.join()
        assert store.claim("m", "1", DIGESTS) == set()
        monkeypatch.setattr(claims, "clock", lambda it: clock(it) + claims.LEASE_SECONDS)
        assert store.claim("m", "1", DIGESTS) == set(DIGESTS)
