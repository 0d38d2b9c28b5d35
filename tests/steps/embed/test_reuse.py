"""Nothing is embedded twice: not in one run, not in the next, not in one beside it."""

import json
import re
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


def progress(folder, cache, known) -> list[int]:
    """Counts of a run of 40 sequences of which some are known, without a pause between two."""
    sequences, path = [f"MK{'A' * n}" for n in range(40)], folder / f"{known}.log"
    if known:
        vectors(Counting(), cache, sequences[-known:])
    vectors(Counting(), cache, sequences, log=path)
    lines = path.with_suffix(".progress.jsonl").read_text().splitlines()
    return [json.loads(line)["done"] for line in lines]


@pytest.mark.parametrize("known", [0, 1, 10, 30])
def test_progress_is_the_same_however_many_are_known(tmp_path, monkeypatch, known):
    monkeypatch.setattr("steps.progress._SECONDS_BETWEEN", 0)
    assert progress(tmp_path, tmp_path / "a.sqlite", known) == list(range(0, 41, 4))


def test_progress_of_known_sequences_alone_begins_at_zero(cache, tmp_path):
    assert progress(tmp_path, cache, 40) == [0, 40]


@pytest.fixture
def sequences(tmp_path):
    """A table in which two proteins have one sequence."""
    path = tmp_path / "sequences.parquet"
    pq.write_table(
        pa.table({"protein_id": ["A", "B", "C/1"], "sequence": ["MKV", "MLL", "MKV"]}), path
    )
    return path


def test_equal_sequences_are_no_head_start(sequences):
    with FakeBiocentral() as fake:
        step(sequences, fake, "--cache", "none", "--log", str(sequences.parent / "embed.log"))
    lines = (sequences.parent / "embed.progress.jsonl").read_text().splitlines()
    assert (lines[0], lines[-1]) == ('{"done": 0, "total": 3}', '{"done": 3, "total": 3}')


@pytest.mark.parametrize("fault", ["failed", "version"])
def test_errors_do_not_count_what_is_not_known(sequences, fault, tmp_path):
    cache = ("--cache", str(tmp_path / "store.sqlite"))
    with FakeBiocentral() as fake:
        step(sequences, fake, *cache)
        pq.write_table(pa.table({"protein_id": ["A", "B"], "sequence": ["MKV", "MAA"]}), sequences)
        fake.fault = fault
        with pytest.raises(SystemExit):
            step(sequences, fake, *cache)
    found = json.loads((sequences.parent / "log.error.json").read_text())["message"]
    assert not re.search(r"\b[12] (of|sequence)", found), found


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
