"""Uploads for a language model: true progress, faults with their codes, nothing twice."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fakes.biocentral import FakeBiocentral
from tests.support.gateway_process import fasta


@pytest.fixture
def fake():
    with FakeBiocentral() as server:
        yield server


@pytest.fixture
def embedding(start_gateway, fake):
    """A gateway whose uploads are embedded by the fake server."""
    return start_gateway(PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=fake.url)


def counts(events) -> list[tuple[int, int]]:
    progress = [event["data"] for event in events if event["data"].get("stage") == "embedding"]
    return [(data["done"], data["total"]) for data in progress if "total" in data]


def test_progress_comes_from_the_server(start_gateway):
    with FakeBiocentral(seconds_per_sequence=0.1) as fake:
        gateway = start_gateway(PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=fake.url)
        events = list(gateway.events(gateway.submit(fasta(40))))
    progress = counts(events)
    assert events[-1]["event"] == "done"
    assert progress == sorted(progress) and progress[-1] == (40, 40)
    assert any(0 < done < 40 for done, _ in progress)


@pytest.mark.slow
def test_several_embedders_count_together_and_are_all_in_the_bundle(embedding, fake):
    job = embedding.submit(fasta(20), embedders="esm2_8m,esm2_650m,esm2_8m")
    events = list(embedding.events(job))
    assert events[-1]["event"] == "done" and counts(events)[-1] == (40, 40)
    results = embedding.root / job / "results" / "input"
    assert sorted(path.name for path in (results / "projections").iterdir()) == [
        "esm2_650m.pca2.parquet",
        "esm2_8m.pca2.parquet",
    ]


@pytest.mark.slow
def test_an_upload_asks_for_what_no_upload_had_before(embedding, fake):
    whole = fasta(30)
    first = "".join(whole.splitlines(keepends=True)[:50])
    assert embedding.finish(embedding.submit(first))["event"] == "done"
    fake.reset()
    assert embedding.finish(embedding.submit(whole))["event"] == "done"
    assert len(fake.sequences) == 5


@pytest.mark.slow
def test_uploads_side_by_side_embed_each_sequence_once(start_gateway):
    with FakeBiocentral(seconds_per_sequence=0.1) as fake:
        gateway = start_gateway(PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=fake.url)
        jobs = [gateway.submit(fasta(20)) for _ in range(3)]
        with ThreadPoolExecutor(3) as pool:
            ends = list(pool.map(gateway.finish, jobs))
        bundles = {gateway.bundle(job).content for job in jobs}
    assert {end["event"] for end in ends} == {"done"}
    assert (len(fake.sequences), len(bundles)) == (20, 1)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("fault", "code", "asked_again"),
    [
        ("version", "BIOCENTRAL_UNAVAILABLE", 25),
        ("rate-limited-forever", "BIOCENTRAL_UNAVAILABLE", 25),
        ("failed", "EMBEDDING_FAILED", 25),
        ("short", "EMBEDDING_INCOMPLETE", 3),
        ("nan", "EMBEDDING_INCOMPLETE", 1),
    ],
)
def test_a_fault_has_its_code_and_the_next_upload_asks_for_the_rest(
    embedding, fake, fault, code, asked_again
):
    fake.fault = fault
    job = embedding.submit(fasta(25))
    end = embedding.finish(job)
    assert (end["event"], end["data"]["code"]) == ("error", code)
    assert embedding.bundle(job).status_code == 409
    assert ("colab_url" in end["data"]) == (code == "BIOCENTRAL_UNAVAILABLE")
    fake.fault = None
    fake.reset()
    assert embedding.finish(embedding.submit(fasta(25)))["event"] == "done"
    assert len(fake.sequences) == asked_again


@pytest.mark.slow
def test_a_server_that_goes_away_and_comes_back_costs_nothing(start_gateway):
    with FakeBiocentral(seconds_per_sequence=0.2) as fake:
        gateway = start_gateway(PREP_EMBEDDER="esm2_8m", PREP_BIOCENTRAL_URL=fake.url)
        job = gateway.submit(fasta(40))
        gateway.wait_for(job, lambda event: event["data"].get("done", 0) > 5)
        fake.fault = "down"
        threading.Timer(8, lambda: setattr(fake, "fault", None)).start()
        assert gateway.finish(job)["event"] == "done"
        assert len(fake.sequences) == 40
