"""The Biocentral backend against a server that speaks the true protocol, sound and broken."""

import random
import threading
import time

import numpy as np
import pytest

from steps.biocentral import http, tasks
from steps.embed.models import Options, get_embedder
from steps.embed.models.biocentral import BATCH, Embedder
from steps.errors import StepError
from tests.fakes.biocentral import FakeBiocentral, vector

MODEL = "facebook/esm2_t6_8M_UR50D"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Waits of tenths of a second; the true ones are watched by the slower tests."""
    monkeypatch.setattr(http, "_PATIENCE_SECONDS", 1)
    for module in (http, tasks):
        monkeypatch.setattr(module, "_FIRST_WAIT_SECONDS", 0.05)


def proteins(count, seed=0) -> list[str]:
    rng = random.Random(seed)
    return [
        "".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=rng.randint(5, 60))) for _ in range(count)
    ]


def embedder(fake, name="esm2_8m", **options) -> Embedder:
    return get_embedder(name, Options(biocentral_url=fake.url, **options))


def embedded(fake, sequences, told=None, **options) -> dict[str, np.ndarray]:
    advance = (told if told is not None else []).append
    found = {}
    for positions, vectors in embedder(fake, **options).embed(sequences, advance):
        found |= {sequences[at]: row for at, row in zip(positions, vectors, strict=True)}
    return found


def fails(fake, sequences=("MKV", "MLL")) -> StepError:
    with pytest.raises(StepError) as caught:
        embedded(fake, list(sequences))
    return caught.value


def test_each_sequence_gets_its_own_vector():
    sequences = proteins(30)
    with FakeBiocentral() as fake:
        found = embedded(fake, sequences)
    assert all(np.array_equal(found[it], vector(MODEL, it)) for it in sequences)
    assert {row.dtype for row in found.values()} == {np.dtype("float32")}


@pytest.mark.parametrize(
    ("name", "asked"),
    [("prot_t5", "Rostlab/prot_t5_xl_uniref50"), ("my-lab/my_model.v2", "my-lab/my_model.v2")],
)
def test_short_and_full_names_reach_the_server_as_full_names(name, asked):
    with FakeBiocentral() as fake:
        embedded(fake, ["MKV"], name=name)
    assert fake.embedder_names == [asked]


def test_short_sequences_go_first_in_batches_of_at_most_a_thousand():
    sequences = proteins(2300)
    with FakeBiocentral() as fake:
        assert len(embedded(fake, sequences, requests_in_flight=1)) == 2300
    assert (fake.submissions, BATCH) == (3, 1000)
    assert [len(it) for it in fake.sequences] == sorted(len(it) for it in sequences)


def test_as_many_batches_as_set_are_in_flight():
    with FakeBiocentral(seconds_per_sequence=0.0005) as fake:

        def clock():
            """Stand still until three tasks are there, and a while longer, for a fourth to come."""
            waited = fake.polls > (9 if fake.max_in_flight > 2 else 99)
            return time.monotonic() if waited else 0.0

        fake.clock = clock
        embedded(fake, proteins(4100), requests_in_flight=3)
    assert fake.max_in_flight == 3


def test_progress_follows_the_server_to_the_last_sequence():
    told = []
    with FakeBiocentral(seconds_per_sequence=1) as fake:
        fake.clock = lambda: 10 * min(fake.polls, 1 + len(told))
        embedded(fake, proteins(40), told)
    assert [step for step in told if step] == [10] * 4


@pytest.mark.parametrize("fault", ["failed-once", "lost", "rate-limited"])
def test_what_passes_is_waited_out(fault):
    sequences, told = proteins(25), []
    with FakeBiocentral(fault=fault) as fake:
        assert len(embedded(fake, sequences, told)) == 25
    assert sum(told) == 25


def test_a_server_that_comes_back_is_used_again(monkeypatch):
    monkeypatch.setattr(http, "_PATIENCE_SECONDS", 60)
    with FakeBiocentral(fault="down") as fake:
        threading.Timer(0.7, lambda: setattr(fake, "fault", None)).start()
        assert len(embedded(fake, proteins(20))) == 20


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("down", "cannot be reached"),
        ("reset", "cannot be reached"),
        ("hang", "cannot be reached"),
        ("hang-status", "cannot be reached"),
        ("503", "answers 503"),
        ("proxy-html", "answers 503"),
        ("503-after-submit", "answers 503"),
        ("garbage-json", "cannot be read"),
        ("rate-limited-forever", "asks to come again in 600 s"),
        ("version", "has version 3.0.0"),
        ("old-version", "has version 1.4.0"),
        ("no-version", "which version"),
    ],
)
def test_a_server_that_cannot_be_used_is_said_to_be_so_and_why(monkeypatch, fault, reason):
    if "hang" in fault:
        monkeypatch.setattr(http, "_LIMITS", (0.5, 0.5))
    with FakeBiocentral(fault=fault) as fake:
        error = fails(fake)
    assert error.code == "BIOCENTRAL_UNAVAILABLE"
    assert reason in error.message and fake.url in error.message
    assert "colab.research.google.com" in error.message


@pytest.mark.parametrize(
    ("fault", "reason"),
    [("failed", "the task failed"), ("lost-always", "does not know"), ("garbage", "be read")],
)
def test_tasks_in_vain_end_after_three(fault, reason):
    with FakeBiocentral(fault=fault) as fake:
        error = fails(fake)
        assert fake.submissions == 3
    assert error.code == "EMBEDDING_FAILED" and reason in error.message


def test_what_arrived_before_a_failure_is_given():
    sequences = proteins(2000)
    with FakeBiocentral(fault="second-fails") as fake:
        batches = embedder(fake, requests_in_flight=1).embed(sequences, lambda _: None)
        found = len(next(batches)[0])
        with pytest.raises(StepError, match="could not embed a batch of sequences"):
            next(batches)
    assert found == 1000


@pytest.mark.parametrize(("fault", "given"), [("short", 22), ("dimension", 24), ("nan", 25)])
def test_a_vector_of_another_length_is_left_out(fault, given):
    with FakeBiocentral(fault=fault) as fake:
        assert len(embedded(fake, proteins(25))) == given


def test_a_refusal_says_what_the_server_said():
    with FakeBiocentral() as fake:
        error = fails(fake, ["MKV", "MKV"])
    assert error.code == "EMBEDDING_FAILED" and "repeated." in error.message


def test_offline_makes_no_connection():
    with FakeBiocentral() as fake:
        options = Options(offline=True, biocentral_url=fake.url)
        with pytest.raises(StepError, match="offline") as caught:
            list(get_embedder("prot_t5", options).embed(["MKV"], lambda _: None))
        assert fake.submissions == fake.polls == 0
    assert caught.value.code == "BIOCENTRAL_UNAVAILABLE"
