"""A cache in a file: the file, its permissions, its damage, and its end."""

import sqlite3
import stat

import numpy as np
import pytest

from steps.cache import open_cache, sequence_digest
from steps.cache.eviction import Pruned
from steps.errors import StepError

A, B = sequence_digest("MKV"), sequence_digest("MLL")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "made" / "store.sqlite"


def run(path, *statements):
    connection = sqlite3.connect(path)
    with connection:
        rows = [connection.execute(statement).fetchall() for statement in statements]
    connection.close()
    return rows


def refused(path):
    with pytest.raises(StepError) as caught:
        open_cache(str(path))
    assert caught.value.code == "CACHE_UNAVAILABLE"
    assert str(path) in caught.value.message and "cache: none" in caught.value.message
    return caught.value.message


def test_the_default_is_in_the_cache_folder_of_the_user(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with open_cache("default") as store:
        store.add_embeddings("m", "1", {A: np.ones(3)})
    assert (tmp_path / "protspace-pipeline" / "store.sqlite").is_file()


def test_nobody_else_may_read_it(path):
    with open_cache(str(path)) as store:
        store.add_embeddings("m", "1", {A: np.ones(3)})
        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {f"store.sqlite{suffix}": 0o600 for suffix in ("", "-wal", "-shm")}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "value",
    ["x'000080bf' || substr(value, 5)", "substr(value, 5)", "7", "''"],
)
def test_a_value_that_was_tampered_with_is_noticed(path, value):
    with open_cache(str(path)) as store:
        store.add_embeddings("m", "1", {A: np.ones(3), B: np.ones(3)})
    run(path, f"UPDATE protspace_entries SET value = {value} WHERE key = x'{A.hex()}'")
    with open_cache(str(path)) as store:
        assert store.embeddings("m", "1", [A, B]).keys() == {B}
        assert [digest for digest, _ in store.all_embeddings("m", "1")] == [B]


def test_removed_data_is_gone_from_the_file_which_shrinks(path):
    digests = [sequence_digest(str(number)) for number in range(300)]
    vectors = np.random.default_rng(0).normal(size=(300, 1024)).astype(np.float32)
    with open_cache(str(path)) as store:
        store.add_embeddings("m", "1", dict(zip(digests, vectors, strict=True)))
    before = path.stat().st_size
    with open_cache(str(path), max_age_days=0) as store:
        assert store.prune() == Pruned(expired=300, evicted=0)
        left = b"".join(file.read_bytes() for file in path.parent.iterdir())
    # Long vectors lie on several pages of the file, so look for a piece.
    assert not any(vector[-25:].tobytes() in left for vector in vectors)
    assert not any(digest in left for digest in digests)
    assert path.stat().st_size < before / 10


def test_a_private_store_has_no_bound_and_leaves_nothing(path):
    with open_cache("none", private=path, max_age_days=0, max_gigabytes=0) as store:
        store.add_embeddings("m", "1", {A: np.ones(3)})
    with open_cache("none", private=path) as store:
        assert A in store.embeddings("m", "1", [A])
        store.discard()
    assert not list(path.parent.iterdir())


def test_discarding_a_shared_store_leaves_it_alone(path):
    store = open_cache(str(path))
    store.add_embeddings("m", "1", {A: np.ones(3)})
    store.discard()
    with open_cache(str(path)) as store:
        assert A in store.embeddings("m", "1", [A])


def test_a_file_that_is_no_database_is_refused(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database, but long enough to be taken for one" * 10)
    assert "file is not a database" in refused(path)
    assert path.read_text().startswith("not a database")


def test_the_database_of_another_program_is_refused_and_left_alone(tmp_path):
    path = tmp_path / "places.sqlite"
    run(path, "CREATE TABLE places (url TEXT)")
    assert "other tables" in refused(path)
    assert run(path, "SELECT name FROM sqlite_master") == [[("places",)]]


def test_a_truncated_store_is_refused_or_loses_rows_but_never_lies(path):
    digests = [sequence_digest(str(number)) for number in range(500)]
    with open_cache(str(path)) as store:
        store.add_embeddings("m", "1", {digest: np.full(500, 7) for digest in digests})
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(StepError) as caught, open_cache(str(path)) as store:
        store.embeddings("m", "1", digests)
    assert caught.value.code == "CACHE_UNAVAILABLE"


def test_an_index_that_names_rows_which_are_gone_ends_pruning(path):
    """Such an index alone tells which rows are the oldest, and each time it tells the same."""
    with open_cache(str(path)) as store:
        store.add_embeddings("m", "1", {A: np.ones(3), B: np.ones(3)})
    index = "WHERE name = 'protspace_entries_used'"
    run(
        path,
        "PRAGMA writable_schema = ON",
        f"CREATE TEMP TABLE kept AS SELECT * FROM sqlite_master {index}",
        f"DELETE FROM sqlite_master {index}",
        "PRAGMA writable_schema = RESET",
        "DELETE FROM protspace_entries",
        "PRAGMA writable_schema = ON",
        "INSERT INTO sqlite_master SELECT * FROM kept",
    )
    store = open_cache(str(path), max_gigabytes=1e-9)
    with pytest.raises(StepError, match="an index of it is damaged"):
        store.prune()
    store.abandon()


def test_a_place_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").touch()
    refused(tmp_path / "file" / "store.sqlite")


def test_a_failure_during_use_is_a_sentence_and_closing_only_warns(path, caplog):
    with open_cache(str(path)) as store:
        run(path, "DROP TABLE protspace_entries", "DROP TABLE protspace_store")
        with pytest.raises(StepError, match=r"no such table: protspace_entries\. Repair") as caught:
            store.add_embeddings("m", "1", {A: np.ones(3)})
        assert "INSERT" not in caught.value.message
    assert "no such table: protspace_store" in caplog.text
