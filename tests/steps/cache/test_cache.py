"""The store, by what its callers see; tests/postgres runs the same on a PostgreSQL server."""

import time
from datetime import date

import numpy as np
import pytest
from sqlalchemy import select, update

from steps.cache import claims, open_cache, sequence_digest
from steps.cache.database import about, entries, leases
from steps.cache.eviction import Pruned
from steps.errors import StepError
from tests.support.waiting import wait_until

A, B, C = (sequence_digest(sequence) for sequence in ("MKV", "MLL", "MAA"))
DAY = date(2026, 5, 20)


@pytest.fixture
def cache(tmp_path):
    return str(tmp_path / "store.sqlite")


@pytest.fixture
def store(cache):
    with open_cache(cache) as store:
        yield store


def change(store, statement):
    """Change a store's database behind its back."""
    with store._database.writing() as connection:
        connection.execute(statement)


def lease_end(store):
    """Return when the one lease ends, in seconds since 1970."""
    with store._database.reading() as connection:
        return connection.scalar(select(leases.c.until))


def row(digest):
    return update(entries).where(entries.c.key == digest)


def vector(seed, length=1000):
    return np.random.default_rng(seed).normal(size=length).astype(np.float32)


def test_vectors_come_back_bit_for_bit(store):
    odd = np.array([0.0, -0.0, 1e-45, 3.4e38, np.pi], dtype=np.float32)
    store.add_embeddings("m", "1", {A: odd, B: vector(0)})
    found = store.embeddings("m", "1", [A, B, C])
    assert found.keys() == {A, B}
    assert (found[A].dtype, found[A].tobytes()) == (np.float32, odd.tobytes())
    assert np.array_equal(found[B], vector(0))


def test_models_and_revisions_are_kept_apart(store):
    for model, revision, value in [("m", "1", 1), ("m", "2", 2), ("m1", "", 3)]:
        store.add_embeddings(model, revision, {A: np.float32([value])})
    assert store.embeddings("m", "2", [A])[A] == [2]
    assert store.embeddings("m1", "", [A])[A] == [3]
    assert not store.embeddings("m", "3", [A])


def test_thousands_of_keys_may_be_asked_for_at_once(store):
    digests = [sequence_digest(str(number)) for number in range(2_500)]
    store.add_embeddings("m", "1", {digest: np.float32([1]) for digest in digests[::2]})
    assert store.embeddings("m", "1", digests + digests).keys() == set(digests[::2])
    assert store.claim("m", "1", digests) == set(digests[1::2])


def test_another_process_finds_what_was_added(store, cache):
    store.add_embeddings("m", "1", {A: vector(0)})
    with open_cache(cache) as other:
        assert np.array_equal(other.embeddings("m", "1", [A])[A], vector(0))


@pytest.mark.parametrize(
    "damage", [{"value": b"12345678"}, {"checksum": 1}, {"value": b"123"}], ids=str
)
def test_a_damaged_vector_counts_as_missing_and_is_made_again(store, cache, caplog, damage):
    store.add_embeddings("m", "1", {A: vector(0), B: vector(1)})
    change(store, row(A).values(damage))
    assert store.embeddings("m", "1", [A, B]).keys() == {B}
    (warning,) = caplog.records
    assert warning.getMessage().endswith("which count as missing: 1.")
    assert store.claim("m", "1", [A, B]) == {A}
    store.add_embeddings("m", "1", {A: vector(0)})
    assert np.array_equal(store.embeddings("m", "1", [A])[A], vector(0))


def test_a_vector_under_the_key_of_another_is_damaged(store, cache):
    store.add_embeddings("m", "1", {A: vector(0)})
    change(store, row(A).values(key=B))
    assert not store.embeddings("m", "1", [A, B])


def test_what_is_too_old_is_not_returned_even_where_it_was_used_just_now(store, cache):
    store.add_embeddings("m", "1", {A: vector(0), B: vector(1)})
    change(store, row(A).values(created=time.time() - 91 * 86_400))
    assert store.embeddings("m", "1", [A, B]).keys() == {B}
    assert store.claim("m", "1", [A, B]) == {A}
    assert store.prune() == Pruned(expired=1, evicted=0)


def test_no_bound_keeps_the_oldest(store, cache):
    store.add_embeddings("m", "1", {A: vector(0)})
    change(store, row(A).values(created=0, used=0))
    with open_cache(cache, max_age_days=None, max_gigabytes=None) as unbounded:
        assert unbounded.prune() == Pruned(0, 0)
        assert A in unbounded.embeddings("m", "1", [A])


def test_least_recently_used_goes_first(store, cache):
    store.add_embeddings("m", "1", {A: vector(0), B: vector(1)})
    store.add_annotations("uniprot", 1, {"P1": {}}, DAY)
    change(store, update(entries).values(used=entries.c.used - 7_200))
    change(store, row(b"P1").values(used=0))
    store.embeddings("m", "1", [A])
    with open_cache(cache, max_gigabytes=7e-6) as small:
        assert small.prune() == Pruned(expired=0, evicted=2)
        assert small.embeddings("m", "1", [A, B]).keys() == {A}


def test_reading_marks_a_row_once_an_hour(store, cache):
    def last_used():
        (held,) = store.info()
        return held.last_used.timestamp()

    store.add_embeddings("m", "1", {A: vector(0)})
    for age, renewed in [(1_000, False), (4_000, True)]:
        used = time.time() - age
        change(store, row(A).values(used=used))
        store.embeddings("m", "1", [A])
        assert (last_used() > used + 1) is renewed


def test_closing_prunes_after_writing(cache):
    with open_cache(cache, max_gigabytes=7e-6) as store:
        store.add_embeddings("m", "1", {A: vector(0), B: vector(1)})
    with open_cache(cache) as store:
        assert len(store.embeddings("m", "1", [A, B])) == 1


@pytest.mark.parametrize(("hours", "left"), [(1, 1), (25, 0)])
def test_closing_prunes_once_a_day_where_nothing_was_written(store, cache, hours, left):
    store.add_embeddings("m", "1", {A: vector(0)})
    change(store, row(A).values(created=0))
    change(store, update(about).values(pruned=time.time() - hours * 3_600))
    open_cache(cache).close()
    assert len(store.info()) == left


def test_a_digest_is_claimed_by_one_until_it_is_released(store, cache):
    with open_cache(cache) as other:
        assert store.claim("m", "1", [A, B]) == {A, B}
        assert other.claim("m", "1", [A, B, C]) == {C}
        assert store.claim("m", "1", [A, C]) == {A}
        assert other.claim("m", "2", [A]) == {A}
        store.release()
        assert other.claim("m", "1", [A, B]) == {A, B}


def test_closing_releases(store, cache):
    with open_cache(cache) as other:
        other.claim("m", "1", [A])
    assert store.claim("m", "1", [A]) == {A}


def test_what_is_there_is_not_handed_out(store, cache):
    with open_cache(cache) as other:
        store.claim("m", "1", [A, B])
        store.add_embeddings("m", "1", {A: vector(0)})
        assert other.claim("m", "1", [A, B]) == set()
        store.release()
        assert other.claim("m", "1", [A, B]) == {B}


def test_the_claims_of_who_stopped_renewing_are_taken_over(store, cache):
    with open_cache(cache) as other:
        store.claim("m", "1", [A, B])
        change(store, update(leases).values(until=time.time() - 1))
        assert other.claim("m", "1", [A]) == {A}
        assert store.claim("m", "1", [A, B]) == {B}
        store.add_embeddings("m", "1", {A: vector(0)})
        assert other.claim("m", "1", [A, B]) == set()


def test_a_lease_is_renewed_while_its_owner_lives(store, cache, monkeypatch):
    monkeypatch.setattr(claims, "RENEW_SECONDS", 0.05)
    store.claim("m", "1", [A])
    ends = [lease_end(store)]
    wait_until(lambda: ends.append(lease_end(store)) or ends[-1] > ends[0])
    with open_cache(cache) as other:
        assert other.claim("m", "1", [A]) == set()


def test_annotations_come_back_with_their_day(store):
    value = {"name": "α-amylase", "go": ["GO:1", None], "length": 3, "deep": {"x": 1.5}}
    store.add_annotations("uniprot", 1, {"P1": value, "P2": {}}, DAY)
    found = store.annotations("uniprot", 1, ["P1", "P2", "P3"])
    assert found == {"P1": (value, DAY), "P2": ({}, DAY)}
    assert not store.annotations("uniprot", 2, ["P1"])
    assert not store.annotations("interpro", 1, ["P1"])


def test_annotations_of_before_a_day_count_as_missing_and_are_replaced(store):
    store.add_annotations("uniprot", 1, {"P1": {"old": 1}}, DAY)
    later = date(2026, 5, 21)
    assert store.annotations("uniprot", 1, ["P1"], not_before=DAY)
    assert not store.annotations("uniprot", 1, ["P1"], not_before=later)
    store.add_annotations("uniprot", 1, {"P1": {"new": 1}}, later)
    assert store.annotations("uniprot", 1, ["P1"]) == {"P1": ({"new": 1}, later)}


@pytest.mark.parametrize("damage", [{"value": b'{"day":'}, {"key": b"P2"}], ids=str)
def test_a_damaged_annotation_counts_as_missing(store, cache, caplog, damage):
    store.add_annotations("uniprot", 1, {"P1": {}}, DAY)
    change(store, row(b"P1").values(damage))
    assert not store.annotations("uniprot", 1, ["P1", "P2"])
    assert len(caplog.records) == 1


def test_info_counts_what_each_model_and_source_has(store):
    store.add_embeddings("m", "1", {A: vector(0), B: vector(1)})
    store.add_annotations("uniprot", 3, {"P1": {}}, DAY)
    annotation, embedding = store.info()
    assert annotation[:4] == ("annotation", "uniprot", "3", 1)
    assert embedding[:4] == ("embedding", "m", "1", 2)
    assert 8_000 < embedding.bytes < 12_000
    assert abs(embedding.oldest.timestamp() - time.time()) < 60


def test_a_store_of_another_schema_is_refused(store, cache):
    change(store, update(about).values(schema_version=99))
    with pytest.raises(StepError, match=r"schema version 99.*`cache: none`") as caught:
        open_cache(cache)
    assert caught.value.code == "CACHE_UNAVAILABLE"
    change(store, update(about).values(schema_version=1))
