"""Step project onto an earlier projection: what it holds, what it lacks, and what does not fit."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from steps.embed.file import write_embeddings
from steps.project.step import main
from tests.support.families import held_out
from tests.support.snakemake_run import read_json


@pytest.fixture(scope="module")
def some():
    return held_out("pca")


@pytest.fixture
def step(some, tmp_path):
    """Return a function that grows a map of 216 proteins by 24; the map is made first."""
    names = [f"P{row}" for row in range(len(some.old) + len(some.new))]
    old, every = names[: len(some.old)], np.vstack([some.old, some.new])
    write_embeddings(tmp_path / "old.h5", "kmers", [(old, some.old)])
    write_embeddings(tmp_path / "all.h5", "kmers", [(names, every)])

    def run(source, output, *options, method="pca2"):
        files = ["--output", tmp_path / output, "--report", tmp_path / "r.json"]
        given = [
            tmp_path / source,
            "--method",
            method,
            *options,
            *files,
            "--log",
            tmp_path / "l.log",
        ]
        main(list(map(str, given)))
        return pq.read_table(tmp_path / output)

    return run


def stripped(path, **notes):
    """Leave out what earlier versions did not write."""
    table = pq.read_table(path)
    kept = {key: text for key, text in table.schema.metadata.items() if key in KNOWN_EARLIER}
    pq.write_table(table.replace_schema_metadata(kept | notes), path)


KNOWN_EARLIER = (b"embedder", b"method", b"info_json")


def test_pca_of_an_earlier_version_gives_its_components_again(some, step, tmp_path):
    first = step("old.h5", "old.parquet")
    with_notes = step("all.h5", "a.parquet", "--onto", tmp_path / "old.parquet")
    stripped(tmp_path / "old.parquet")
    without = step("all.h5", "b.parquet", "--onto", tmp_path / "old.parquet")
    assert without.slice(0, len(some.old)).equals(first)
    for axis in "xy":
        assert without[axis].to_numpy() == pytest.approx(with_notes[axis].to_numpy(), abs=1e-5)
    assert b"components" in without.schema.metadata


def test_pca_of_other_embeddings_is_refused(some, step, tmp_path):
    step("old.h5", "old.parquet")
    stripped(tmp_path / "old.parquet")
    names = pq.read_table(tmp_path / "old.parquet")["protein_id"].to_pylist()
    others = np.random.default_rng(0).normal(size=some.old.shape).astype(np.float32)
    write_embeddings(tmp_path / "x.h5", "kmers", [(names, others)])
    with pytest.raises(SystemExit):
        step("x.h5", "x.parquet", "--onto", tmp_path / "old.parquet")
    error = read_json(tmp_path / "l.error.json")
    assert error["code"] == "ONTO_DIFFERS" and "with this version" in error["message"]


def test_seed_of_a_umap_of_an_earlier_version_is_known_from_its_bundle_entry(step, tmp_path):
    step("old.h5", "old.parquet", method="umap2")
    stripped(tmp_path / "old.parquet")
    options = ["--onto", tmp_path / "old.parquet"]
    step("all.h5", "a.parquet", *options, method="umap2")
    with pytest.raises(SystemExit):
        step("all.h5", "a.parquet", *options, "--random-state", 7, method="umap2")
    message = read_json(tmp_path / "l.error.json")["message"]
    assert "random_state is 7, and the map was made with 42" in message


def test_map_of_few_proteins_grows_with_the_parameters_that_were_asked_for(some, step, tmp_path):
    names = [f"P{row}" for row in range(10)]
    write_embeddings(tmp_path / "few.h5", "kmers", [(names, some.old[:10])])
    step("few.h5", "few.parquet", method="umap2")
    grown = step("old.h5", "a.parquet", "--onto", tmp_path / "few.parquet", method="umap2")
    again = step("all.h5", "b.parquet", "--onto", tmp_path / "a.parquet", method="umap2")
    assert again.slice(0, len(grown)).equals(grown.select(again.column_names))
    assert read_json(tmp_path / "r.json")["counts"]["placed"] == len(again) - 10


def test_nothing_new_leaves_the_map_as_it_is(some, step, tmp_path):
    for method in ("pca2", "umap2"):
        first = step("old.h5", "old.parquet", method=method)
        same = step("old.h5", "same.parquet", "--onto", tmp_path / "old.parquet", method=method)
        assert same.equals(first)
