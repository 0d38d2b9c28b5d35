"""The cache on a PostgreSQL server: all that tests/steps/cache shows of SQLite, and more."""

import time
from types import ModuleType

import numpy as np
import psycopg
import pytest

from steps.cache import engine, open_cache, sequence_digest
from steps.errors import StepError
from tests.steps.cache import test_cache, test_cache_processes
from tests.steps.cache.test_cache_processes import start  # noqa: F401 (a fixture)
from tests.support.postgres_server import run

pytestmark = pytest.mark.postgres

A, B = sequence_digest("MKV"), sequence_digest("MLL")


def _tests(module: ModuleType) -> dict:
    return {name: value for name, value in vars(module).items() if name.startswith("test_")}


# Collected here, they take the fixtures of this folder.
globals().update(_tests(test_cache) | _tests(test_cache_processes))


def test_time_is_that_of_the_server(store, cache, monkeypatch):
    store.claim("m", "1", [A])
    store.add_embeddings("m", "1", {B: np.ones(3)})
    tomorrow = time.time() + 86_400
    monkeypatch.setattr("time.time", lambda: tomorrow)
    with open_cache(cache, max_age_days=0.5) as other:
        assert other.claim("m", "1", [A]) == set()
        assert B in other.embeddings("m", "1", [B])


def test_a_dropped_connection_is_made_anew(store, cache):
    store.add_embeddings("m", "1", {A: np.ones(3)})
    run(
        cache,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname ="
        " current_database() AND pid <> pg_backend_pid()",
    )
    assert A in store.embeddings("m", "1", [A])


def test_other_tables_of_the_database_are_left_alone(cache):
    run(cache, "CREATE TABLE theirs (x int)")
    with open_cache(cache) as store:
        store.add_embeddings("m", "1", {A: np.ones(3)})
        assert A in store.embeddings("m", "1", [A])
    assert run(cache, "SELECT count(*) FROM theirs") == [(0,)]


def test_a_database_that_cannot_be_written_is_a_sentence(cache):
    name = cache.partition("?")[0].rpartition("/")[2]
    run(cache, f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(StepError, match=r"read-only.*lets you use this database") as caught:
        open_cache(cache)
    assert caught.value.code == "CACHE_UNAVAILABLE"


def test_a_writer_that_never_ends_is_a_sentence(store, cache, monkeypatch):
    impatient = engine._POSTGRES_WRITE.replace("'60s'", "'200ms'")
    monkeypatch.setattr(engine, "_POSTGRES_WRITE", impatient)
    with psycopg.connect(cache) as connection:
        connection.execute(f"SELECT pg_advisory_lock({engine._LOCK})")
        with pytest.raises(StepError, match="lock timeout") as caught:
            store.add_embeddings("m", "1", {A: np.ones(3)})
        assert caught.value.code == "CACHE_UNAVAILABLE"
