"""The cache of a gateway: damage stops no upload, and nobody reads what others have sent."""

import json
import sqlite3
from contextlib import closing

import pytest

from steps.cache.run_cache import LOST, REPLACED
from tests.fakes.biocentral import FakeBiocentral
from tests.gateway.test_embedding import counts
from tests.support.gateway_process import fasta
from tests.support.waiting import wait_until


@pytest.fixture
def fake():
    with FakeBiocentral() as server:
        yield server


@pytest.fixture
def embedding(start_gateway, fake):
    """A gateway whose uploads are embedded by the fake server, and whose cache has something."""
    gateway = start_gateway(
        PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=fake.url, PREP_DOWNLOAD_GRACE_SECONDS="600"
    )
    assert gateway.finish(gateway.submit(fasta(20)))["event"] == "done"
    return gateway


def store_of(gateway):
    return gateway.root / ".store" / "store.sqlite"


def readable(gateway, job) -> str:
    """Return all that a client can read of a job and of the state of the server."""
    paths = [f"/api/prepare/{job}", f"/api/prepare/{job}/preview", "/readyz", "/api/options"]
    answers = [gateway.client.get(path).text for path in paths]
    return json.dumps(list(gateway.events(job))) + "".join(answers)


def figure(gateway, name) -> float:
    lines = gateway.client.get("/metrics").text.splitlines()
    return float(next(line for line in lines if line.startswith(f"{name} ")).split()[1])


def state(gateway) -> str:
    answer = gateway.client.get("/readyz")
    assert answer.status_code == 200
    return answer.json()["status"]


def test_damaged_cache_costs_no_upload_and_is_known_until_it_is_removed(embedding):
    assert (state(embedding), figure(embedding, "gateway_cache_set_aside")) == ("ok", 0)
    store_of(embedding).write_bytes(b"junk" * 5000)
    job = embedding.submit(fasta(20))
    end = embedding.finish(job)
    assert (end["event"], end["data"]["warnings"]) == ("done", [REPLACED])
    assert (state(embedding), figure(embedding, "gateway_cache_set_aside")) == ("degraded", 1)
    text = readable(embedding, job)
    assert str(embedding.root) not in text and ".sqlite" not in text and "epair" not in text
    (left,) = store_of(embedding).parent.glob("*.damaged-*T*Z")
    assert str(left) in embedding.log.read_text()
    left.unlink()
    assert state(embedding) == "ok"


@pytest.mark.slow
def test_gateway_sets_a_damaged_cache_aside_at_its_start(embedding):
    embedding.end()
    store_of(embedding).write_bytes(b"junk" * 5000)
    embedding.start()
    wait_until(lambda: state(embedding) == "degraded")
    assert "cache_damaged" in embedding.log.read_text()
    assert embedding.finish(embedding.submit(fasta(20)))["data"]["warnings"] == []


@pytest.mark.slow
def test_cache_of_a_newer_version_degrades_and_costs_no_upload(embedding):
    embedding.end()
    with closing(sqlite3.connect(store_of(embedding))) as connection, connection:
        connection.execute("UPDATE protspace_store SET schema_version = 2")
    embedding.start()
    wait_until(lambda: state(embedding) == "degraded")
    assert figure(embedding, "gateway_cache_usable") == 0
    job = embedding.submit(fasta(20))
    assert embedding.finish(job)["data"]["warnings"] == [LOST]
    assert str(embedding.root) not in readable(embedding, job)
    assert not list(store_of(embedding).parent.glob("*.damaged-*"))


@pytest.mark.slow
def test_known_sequences_are_no_jump_at_the_start(start_gateway):
    with FakeBiocentral(seconds_per_sequence=0.1) as fake:
        gateway = start_gateway(PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=fake.url)
        whole = fasta(100)
        known = "".join(whole.splitlines(keepends=True)[:100])
        assert gateway.finish(gateway.submit(known))["event"] == "done"
        job = gateway.submit(whole)
        seen = counts(gateway.events(job))
        assert "reused" not in readable(gateway, job)
    assert seen[0][0] < 50 and seen[-1] == (100, 100)
    assert all(done % 10 == 0 for done, _ in seen)
    assert len(fake.sequences) == 100


@pytest.mark.slow
def test_cache_of_an_upload_is_nobody_elses(start_gateway, fake):
    gateway = start_gateway(
        PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=fake.url, PREP_CACHE_SCOPE="upload"
    )
    for _ in range(2):
        assert gateway.finish(gateway.submit(fasta(20)))["event"] == "done"
    assert len(fake.sequences) == 40
    assert not list(gateway.root.rglob("*.sqlite*"))
