"""Nothing is embedded twice: not in one run, not in the next, not in one beside it."""

import threading

import h5py
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.cache import open_cache
from steps.embed import step as embed_step
from steps.embed.file import read_embeddings
from steps.embed.reuse import Reuse
from steps.errors import StepError
from steps.progress import Progress
from tests.fakes.biocentral import FakeBiocentral, vector

SEQUENCES = ["MKV", "MLL", "MKVA", "MWW"]


class Counting:
    """An embedder of two dimensions that remembers what it was asked for."""

    name, revision, dimensions, packages = "counting", "1", None, ()

    def __init__(self, **answers):
        self.answers, self.asked = answers, []

    def embed(self, sequences, advance):
        self.asked += sequences
        for at, sequence in enumerate(sequences):
            advance(1)
            yield [at], np.array([self.answers.get(sequence, [len(sequence), at])], dtype="f4")


class Failing(Counting):
    def embed(self, sequences, advance):
        yield from super().embed(sequences[:2], advance)
        raise StepError("BIOCENTRAL_UNAVAILABLE", "gone")


def vectors(embedder, cache, sequences=SEQUENCES, log=None) -> np.ndarray:
    with open_cache(str(cache)) as store:
        return Reuse(store, embedder, sequences, Progress(log, len(sequences))).complete()


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "store.sqlite"


def test_a_second_run_asks_for_what_is_new_only(cache):
    first, second = Counting(), Counting()
    before = vectors(first, cache)
    after = vectors(second, cache, [*SEQUENCES, "MNEW"])
    assert (first.asked, second.asked) == (SEQUENCES, ["MNEW"])
    assert np.array_equal(before, after[:4])


def test_another_revision_or_model_is_embedded_anew(cache):
    vectors(Counting(), cache)
    for changed in ({"revision": "2"}, {"name": "other"}):
        embedder = Counting()
        vars(embedder).update(changed)
        vectors(embedder, cache)
        assert embedder.asked == SEQUENCES


def test_what_arrived_before_a_failure_is_not_asked_for_again(cache):
    with pytest.raises(StepError, match="gone"):
        vectors(Failing(), cache)
    second = Counting()
    vectors(second, cache)
    assert second.asked == SEQUENCES[2:]


@pytest.mark.parametrize("bad", [[np.nan, 1], [1, np.inf], [1, 2, 3]])
def test_a_vector_that_cannot_be_used_is_counted_and_not_kept(cache, bad):
    with pytest.raises(StepError, match="1 of 4 sequences") as caught:
        vectors(Counting(MLL=bad), cache)
    assert caught.value.code == "EMBEDDING_INCOMPLETE"
    second = Counting()
    vectors(second, cache)
    assert second.asked == ["MLL"]


def test_vectors_of_another_length_in_the_store_are_made_again(cache):
    vectors(Counting(MKV=[1, 2, 3]), cache, SEQUENCES[:1])
    vectors(Counting(), cache, SEQUENCES[1:])
    second = Counting()
    assert vectors(second, cache).shape == (4, 2)
    assert second.asked == SEQUENCES[:1]


def test_runs_side_by_side_share_the_work(cache):
    gate, embedders = threading.Barrier(5), [Counting() for _ in range(5)]

    def run(embedder):
        gate.wait()
        vectors(embedder, cache, [f"MK{'A' * n}" for n in range(200)])

    threads = [threading.Thread(target=run, args=(embedder,)) for embedder in embedders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(len(it) for embedder in embedders for it in embedder.asked) == list(range(2, 202))


def test_progress_counts_what_was_there_already(cache, tmp_path):
    vectors(Counting(), cache, SEQUENCES[:3])
    vectors(Counting(), cache, log=tmp_path / "embed.log")
    lines = (tmp_path / "embed.progress.jsonl").read_text().splitlines()
    assert (lines[0], lines[-1]) == ('{"done": 3, "total": 4}', '{"done": 4, "total": 4}')


@pytest.fixture
def sequences(tmp_path):
    """A table in which two proteins have one sequence."""
    path = tmp_path / "sequences.parquet"
    pq.write_table(
        pa.table({"protein_id": ["A", "B", "C/1"], "sequence": ["MKV", "MLL", "MKV"]}), path
    )
    return path


def step(sequences, fake, *more) -> None:
    embed_step.main(
        [
            *(str(sequences), "--embedder", "esm2_8m", "--biocentral-url", fake.url),
            *("--output", str(sequences.with_name("x.h5")), "--log", str(sequences.parent / "log")),
            *more,
        ]
    )


def test_the_step_writes_a_vector_for_each_protein_and_asks_once(sequences):
    with FakeBiocentral() as fake:
        step(sequences, fake, "--cache", "none")
    model, identifiers, found = read_embeddings(sequences.with_name("x.h5"))
    assert (model, identifiers) == ("esm2_8m", ["A", "B", "C/1"])
    assert np.array_equal(found[2], vector("facebook/esm2_t6_8M_UR50D", "MKV"))
    assert sorted(fake.sequences) == ["MKV", "MLL"]


@pytest.mark.parametrize("fault", ["nan", "inf", "dimension"])
def test_without_a_cache_too_what_arrived_is_kept_until_all_is_there(sequences, fault):
    with FakeBiocentral(fault=fault) as fake:
        with pytest.raises(SystemExit):
            step(sequences, fake, "--cache", "none")
        assert not sequences.with_name("x.h5").exists()
        fake.reset()
        fake.fault = None
        step(sequences, fake, "--cache", "none")
        assert len(fake.sequences) == 1
    assert not list(sequences.parent.glob("*.sqlite*"))
    with h5py.File(sequences.with_name("x.h5")) as file:
        assert len(file) == 3
