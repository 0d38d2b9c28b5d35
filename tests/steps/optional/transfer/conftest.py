"""Proteins with embeddings and labels, and the step that transfers these."""

from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steps.annotate.cells import GRAMMAR
from steps.embed.file import write_embeddings
from steps.optional.transfer.step import main
from tests.support.snakemake_run import read_json


@pytest.fixture
def step(tmp_path):
    """Return a function that runs the step on queries `q0` ... of two families, and its results."""
    matrix = families([0, 0, 0, 1, 1])
    names = [f"q{row}" for row in range(5)]
    write_embeddings(tmp_path / "q.h5", "model", [(names, matrix)])
    empty = pa.table({"protein_id": names, "kind": pa.array(["x", *[None] * 4])})
    pq.write_table(empty, tmp_path / "q.parquet")

    def run(*options, transfer=("family",)):
        outputs = {"output": "t.parquet", "origins": "t.tsv", "report": "t.json", "log": "t.log"}
        given = [tmp_path / "q.parquet", "--embeddings", tmp_path / "q.h5", "--transfer", *transfer]
        given += [text for key, name in outputs.items() for text in (f"--{key}", tmp_path / name)]
        main(list(map(str, [*given, *options])))
        lines = (tmp_path / "t.tsv").read_text().splitlines()
        return SimpleNamespace(
            table=pq.read_table(tmp_path / "t.parquet").to_pydict(),
            rows=[line.split("\t") for line in lines],
            report=read_json(tmp_path / "t.json"),
        )

    return run


@pytest.fixture
def refusal(step, tmp_path):
    """Return a function that runs the step, which must fail, and returns code and message."""

    def run(*options, **more):
        with pytest.raises(SystemExit) as stopped:
            step(*options, **more)
        error = read_json(tmp_path / "t.error.json")
        assert stopped.value.code == 1
        return error["code"], error["message"]

    return run


def families(of, numbers=8, seed=0):
    """Return embeddings of proteins: float32, those of a family near to each other."""
    rng = np.random.default_rng(seed)
    centres = 5 * np.eye(numbers)
    return (centres[list(of)] + 0.1 * rng.normal(size=(len(of), numbers))).astype(np.float32)


def bundled(annotations):
    """Return the tables of a bundle with one projection."""
    names = annotations["protein_id"]
    metadata = {"projection_name": ["P"], "dimensions": [2], "info_json": ["{}"], "source": ["m"]}
    data = {"projection_name": ["P"] * len(names), "protein_id": names}
    data |= dict.fromkeys("xy", pa.array([0.0] * len(names), pa.float32()))
    data["z"] = pa.nulls(len(names), pa.float32())
    return [annotations.replace_schema_metadata(GRAMMAR), pa.table(metadata), pa.table(data)]
