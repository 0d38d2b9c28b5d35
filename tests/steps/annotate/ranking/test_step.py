"""Step rank: a sample of fixed size, the same file each time."""

import json
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.annotate.cells import with_own
from steps.annotate.ranking import step
from steps.annotate.ranking.neighbours import nearest, sample
from steps.embed.file import write_embeddings


@pytest.fixture
def files(tmp_path):
    """Return a function that writes annotations and embeddings of some proteins in two families."""

    def write(count, own=()):
        rng = np.random.default_rng(0)
        family = np.arange(count) % 2
        points = rng.normal(size=(count, 16)).astype(np.float32) + 9 * family[:, None]
        ids = [f"A/{row}" for row in range(count)]
        write_embeddings(tmp_path / "e.h5", "kmers", [(ids, points)])
        columns = {"odd": [f"{row % 7}" for row in range(count)], "family": [*map(str, family)]}
        table = with_own(pa.table({"protein_id": ids, **columns}), own)
        pq.write_table(table, tmp_path / "annotations.parquet")
        return tmp_path

    return write


def rank(folder):
    output = folder / "ranking.json"
    command = [folder / "annotations.parquet", "--embeddings", folder / "e.h5", "--output", output]
    step.main([*map(str, command)])
    return output.read_bytes()


def test_ranking_has_scores_and_the_same_bytes_each_time(files):
    folder = files(60)
    first, second = json.loads(rank(folder))
    assert first == {"name": "family", "score": 1.0, "bits": 1.0, "agreement": 1.0}
    assert second["name"] == "odd" and second["agreement"] < 0.2
    assert rank(folder) == rank(folder)


def test_columns_of_the_user_are_known_from_the_file(files):
    assert json.loads(rank(files(60, own=["odd"])))[0]["name"] == "odd"


@pytest.mark.parametrize("count", [1, 2, 3, 20])
def test_few_proteins_are_ranked_too(files, count):
    assert len(json.loads(rank(files(count)))) == 2


def test_proteins_without_an_embedding_are_left_out(files):
    folder = files(30)
    rows, neighbours = nearest(folder / "e.h5", ["nobody", *(f"A/{row}" for row in range(30))])
    assert rows.tolist() == [*range(1, 31)] and neighbours.min() == 1


def test_large_data_set_is_ranked_by_a_sample_in_seconds(files):
    folder = files(100_000)
    started = time.process_time()
    assert json.loads(rank(folder))[0]["name"] == "family"
    assert time.process_time() - started < 10
    assert len(sample(100_000)) == 2_000
