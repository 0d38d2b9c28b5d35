"""Embeddings that join those of a map: only new ones are made, and only as the old ones were."""

import json

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.embed.file import read_embeddings, write_embeddings
from steps.embed.step import main
from tests.support.snakemake_run import read_json

SEQUENCES = {"a": "MKTAYIAKQR", "b": "MSTNPKPQRK", "c": "MALWMRLLPLAA"}


@pytest.fixture
def step(tmp_path):
    """Return a function that embeds `c` onto embeddings of `a` and `b` that are all ones."""
    table = {"protein_id": list(SEQUENCES), "sequence": list(SEQUENCES.values())}
    pq.write_table(pa.table(table), tmp_path / "s.parquet")

    def run(by="composition", numbers=420, options=(), **parameters):
        old = np.ones((2, numbers), np.float32)
        write_embeddings(tmp_path / "old.h5", "composition", [(["a", "b"], old)])
        report = {"parameters": {"embedder": "composition", "dimensions": numbers} | parameters}
        (tmp_path / "old.json").write_text(json.dumps(report))
        outputs = {"output": "e.h5", "report": "e.json", "log": "e.log"}
        given = [tmp_path / "s.parquet", "--embedder", by, "--cache", "none", *options]
        given += ["--onto", tmp_path / "old.h5", "--onto-report", tmp_path / "old.json"]
        given += [text for key, name in outputs.items() for text in (f"--{key}", tmp_path / name)]
        main(list(map(str, given)))
        return read_embeddings(tmp_path / "e.h5"), read_json(tmp_path / "e.json")

    return run


def refused(step, tmp_path, **parameters):
    with pytest.raises(SystemExit):
        step(**parameters)
    error = read_json(tmp_path / "e.error.json")
    return error["code"], error["message"]


def test_old_embeddings_are_taken_as_they_are_and_new_ones_made(step):
    (model, names, matrix), report = step()
    assert (model, names) == ("composition", ["a", "b", "c"])
    assert (matrix[:2] == 1).all() and not (matrix[2] == 1).any()
    assert report["counts"]["sequences"] == 1 and report["counts"]["old"] == 2


@pytest.mark.parametrize(
    ("parameters", "said"),
    [
        ({"numbers": 8}, ("dimensions", "420", "8")),
        ({"by": "kmers"}, ("embedder", "kmers", "composition")),
    ],
)
def test_embeddings_that_are_made_otherwise_are_refused(step, tmp_path, parameters, said):
    code, message = refused(step, tmp_path, **parameters)
    assert code == "ONTO_DIFFERS" and all(word in message for word in said)


def test_another_revision_is_refused_before_anything_is_embedded(step, tmp_path):
    # Nobody listens there: whoever asked would wait and fail otherwise.
    options = ["--biocentral-url", "http://127.0.0.1:9"]
    theirs = {"embedder": "prot_t5", "backend": "biocentral", "revision": "an older one"}
    code, message = refused(step, tmp_path, by="prot_t5", numbers=1024, options=options, **theirs)
    assert code == "ONTO_DIFFERS" and "an older one" in message
    assert "revision of the new embeddings is" in message


def test_given_embeddings_join_a_map_and_are_said_to_have_no_revision(step, tmp_path):
    path = tmp_path / "given.h5"
    write_embeddings(path, "composition", [(["c"], np.full((1, 420), 2, np.float32))])
    options = ["--file", path, "--name", "composition"]
    (_, _, matrix), report = step(options=options, revision="1", backend="local")
    assert matrix[:, 0].tolist() == [1, 1, 2]
    assert report["parameters"]["revision"] == "1"
    assert any("come from files" in warning for warning in report["warnings"])
