"""Biocentral's predictions as a remote source: requests, limits, faults, and time limits."""

import random
import threading

import pytest

from steps.annotate.remote import reachability
from steps.annotate.remote.batches import FetchOptions, fetch
from steps.annotate.remote.predictions import Predictions
from steps.biocentral import http, tasks
from steps.cache import open_cache, sequence_digest
from steps.config.model import load
from steps.workflow import annotation_options
from tests.fakes import biocentral_predictions
from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.biocentral_predictions import prediction
from tests.support.waiting import PATIENCE_SECONDS, wait_until

LOCATIONS = ["predicted_subcellular_location", "predicted_membrane"]
TOPOLOGIES = ["predicted_signal_peptide", "predicted_transmembrane"]


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Shorten waits to tenths of a second; a slow test checks the real ones."""
    monkeypatch.setattr(http, "_PATIENCE_SECONDS", 1)
    # What it remembers may be of another server that had the same port.
    reachability._why.cache_clear()
    for module in (http, tasks):
        monkeypatch.setattr(module, "_FIRST_WAIT_SECONDS", 0.05)


@pytest.fixture
def fake():
    with FakeBiocentral() as server:
        yield server


@pytest.fixture
def ask(fake, tmp_path):
    def ask(sequences, wanted=(*LOCATIONS, *TOPOLOGIES), url=fake.url, seen=None, **options):
        keyed = {sequence_digest(it).hex(): it for it in sequences}
        with open_cache(str(tmp_path / "cache.sqlite")) as cache:
            source = Predictions(url, wanted, keyed)
            advance = (seen if seen is not None else []).append
            return fetch(source, list(keyed), wanted, cache, FetchOptions(**options), advance)

    return ask


def test_known_answers_are_no_jump_at_the_start(ask):
    sequences, seen = proteins(40), []
    ask(sequences[:30])
    assert ask(sequences, seen=seen).stored == 30
    assert seen[0] == 0 and sum(seen) == 40


def proteins(count, length=50) -> list[str]:
    rng = random.Random(count)
    return ["".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=length)) for _ in range(count)]


def cells(outcome, sequence) -> dict[str, str]:
    return outcome.answers[sequence_digest(sequence).hex()]


def test_locations_are_the_classes_that_the_server_predicts(ask):
    sequences = proteins(20)
    found = ask(sequences, LOCATIONS)
    models = ("LightAttentionSubcellularLocalization", "LightAttentionMembrane")
    for sequence in sequences:
        assert list(cells(found, sequence).values()) == [prediction(it, sequence) for it in models]


def test_topologies_follow_from_the_letters_of_the_residues(ask):
    sequences = proteins(40)
    found = ask(sequences, TOPOLOGIES)
    for sequence in sequences:
        letters = set(prediction("TMbed", sequence))
        signal, membrane = (cells(found, sequence)[name] for name in TOPOLOGIES)
        assert signal == str("S" in letters)
        assert ("alpha-helical" in membrane, "beta-barrel" in membrane) == (
            ("H" in letters, "B" in letters)
        )
    assert len({cells(found, it)["predicted_transmembrane"] for it in sequences}) == 4


@pytest.mark.parametrize(("wanted", "models"), [(TOPOLOGIES, 1), (LOCATIONS, 2)])
def test_request_names_each_needed_model_once(ask, fake, wanted, models):
    ask(proteins(3), wanted)
    (request,) = fake.predictions
    assert len(request.model_names) == models


def test_request_has_digests_instead_of_identifiers(ask, fake):
    sequences = proteins(3)
    ask(sequences)
    digests = {sequence_digest(it).hex() for it in sequences}
    assert fake.predictions[0].sequence_input.keys() == digests


def test_too_short_and_too_long_sequences_are_empty_but_not_missing(ask, fake):
    odd, fitting = ["MKVLAA", "M" * 5001], ["MKVLAAG", "M" * 5000]
    found = ask(odd + fitting)
    assert not found.missing
    assert found.reason == ""
    assert [any(cells(found, it).values()) for it in odd + fitting] == [False, False, True, True]
    assert [len(it) for request in fake.predictions for it in request.sequences] == [7, 5000]


def test_sequences_that_cannot_be_predicted_are_not_sent(ask, fake):
    assert not ask(["MKV", "MKL"]).missing
    assert fake.submissions == 0


def test_sequences_that_the_server_refuses_are_empty(ask, fake, monkeypatch):
    monkeypatch.setattr(biocentral_predictions, "LONGEST", 40)
    long, short = proteins(3, length=41), proteins(10, length=40)
    found = ask(long + short)
    assert not found.missing
    assert fake.submissions == 4
    assert [any(cells(found, it).values()) for it in long + short] == [False] * 3 + [True] * 10


def test_a_request_has_at_most_a_thousand_sequences(ask, fake):
    assert not ask(proteins(1100, length=10)).missing
    assert [len(request.sequences) for request in fake.predictions] == [1000, 100]
    assert fake.max_in_flight == 1


def test_a_request_has_at_most_200000_residues(ask, fake):
    assert not ask(proteins(90, length=4000)).missing
    assert [len(request.sequences) for request in fake.predictions] == [50, 40]


def test_second_run_sends_no_request(ask, fake):
    first = ask(proteins(10))
    fake.reset()
    assert ask(proteins(10)).answers == first.answers
    assert fake.submissions == fake.polls == 0


def test_answers_of_one_server_are_not_used_for_another(ask):
    ask(proteins(10))
    with FakeBiocentral() as other:
        assert ask(proteins(10), url=other.url).asked == 10
        assert len(other.predictions) == 1


@pytest.mark.parametrize("fault", ["failed-once", "lost", "rate-limited"])
def test_passing_fault_loses_nothing(ask, fake, fault):
    fake.fault = fault
    assert not ask(proteins(10)).missing


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("down", "cannot be reached"),
        ("reset", "cannot be reached"),
        ("hang", "cannot be reached"),
        ("hang-status", "cannot be reached"),
        ("503", "answers 503"),
        ("proxy-html", "answers 503"),
        ("garbage-json", "cannot be read"),
        ("rate-limited-forever", "asks to come again in 600 s"),
        ("version", "has version 3.0.0"),
        ("no-version", "which version"),
        ("failed", "out of memory"),
        ("lost-always", "does not know the task"),
        ("garbage", ""),
    ],
)
def test_unusable_server_gives_no_answers_and_a_reason(ask, fake, monkeypatch, fault, reason):
    if "hang" in fault:
        monkeypatch.setattr(http, "_LIMITS", (0.5, 0.5))
    fake.fault = fault
    found = ask(proteins(10))
    assert (len(found.missing), found.answers) == (10, {})
    assert reason in found.reason


def test_server_that_is_down_gets_no_further_batches(ask, fake):
    fake.fault = "503-after-submit"
    assert len(ask(proteins(2100, length=10)).missing) == 2100
    # One batch may be on its way before anybody knows.
    assert fake.submissions < 3


def test_endless_task_is_abandoned(ask, fake, monkeypatch):
    patience = property(lambda _: 3 if fake.submissions else PATIENCE_SECONDS)
    monkeypatch.setattr(Predictions, "patience_seconds", patience)
    fake.seconds_per_sequence = 3600
    found = ask(proteins(10))
    assert (len(found.missing), found.reason) == (10, "no answer for 3 s")
    assert fake.submissions == 1
    # Who asks for the task ends.
    wait_until(lambda: not any(it.name.startswith("biocentral") for it in threading.enumerate()))


def test_incomplete_answer_is_missing_and_asked_for_again(ask, fake):
    fake.fault = "short"
    found = ask(proteins(10))
    assert len(found.missing) == 3
    assert len(fake.predictions) > 1
    fake.fault = None
    assert ask(proteins(10)).asked == 3


def test_offline_sends_no_request(ask, fake):
    assert len(ask(proteins(3), offline=True).missing) == 3
    assert fake.submissions == fake.polls == 0


@pytest.mark.parametrize(
    ("annotations", "passed"),
    [("default,header", False), ("biocentral", True), ("predicted_membrane", True), ("all", True)],
)
def test_address_is_an_option_only_where_predictions_are_wanted(annotations, passed):
    options = load({"annotations": annotations, "biocentral_url": "http://own:1/"})
    assert ("--biocentral-url=http://own:1" in annotation_options(options)) == passed


@pytest.mark.slow
def test_hanging_server_is_abandoned(ask, fake, monkeypatch):
    monkeypatch.undo()
    fake.fault = "hang"
    assert len(ask(proteins(3)).missing) == 3
