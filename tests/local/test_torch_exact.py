"""Neighbours by PyTorch on the CPU, held against those of the search without it."""

import json
import subprocess
import sys

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from steps.embed.file import write_embeddings
from steps.errors import StepError
from steps.project import step
from steps.project.knn import exact, search, torch_exact
from steps.project.knn.points import Points
from steps.project.parameters import METRICS
from tests.support.docs_commands import ROOT

pytestmark = pytest.mark.local


def drawn(count, dimensions=40, seed=0):
    """Return points around a place far from the origin, where products cancel."""
    rng = np.random.default_rng(seed)
    return (30 + rng.normal(size=(count, dimensions))).astype(np.float32)


@pytest.fixture
def embeddings(tmp_path):
    path = tmp_path / "embeddings.h5"
    names = [f"P{number}" for number in range(80)]
    write_embeddings(path, "kmers", [(names, drawn(80))])
    return path


def project(embeddings, device):
    output, log = embeddings.with_suffix(".parquet"), embeddings.with_suffix(".log")
    options = [f"--device={device}", f"--log={log}", f"--output={output}"]
    step.main([str(embeddings), "--method=umap2", *options])
    return json.loads(pq.read_schema(output).metadata[b"info_json"])


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("at_a_time", [7, 600, torch_exact._REFERENCES])
def test_neighbours_are_those_of_the_cpu(metric, at_a_time, monkeypatch):
    monkeypatch.setattr(torch_exact, "_REFERENCES", at_a_time)
    queries, references = Points.of(drawn(300), metric), Points.of(drawn(1300, seed=1), metric)
    found = torch_exact.nearest(queries, references, 15, "cpu")
    expected = exact.nearest(queries, references, 15, 1)
    assert np.array_equal(np.sort(found), np.sort(expected))


def test_as_many_neighbours_as_references_are_found(monkeypatch):
    monkeypatch.setattr(torch_exact, "_REFERENCES", 4)
    points = Points(drawn(10))
    found = torch_exact.nearest(points, points, 10, "cpu")
    assert np.array_equal(np.sort(found), np.tile(np.arange(10), (10, 1)))


def test_products_have_all_digits(monkeypatch):
    seen = []

    def of_block(*arguments):
        seen.append(torch.get_float32_matmul_precision())
        return torch.zeros(20, 3)

    monkeypatch.setattr(torch_exact, "_of_block", of_block)
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high")
    try:
        torch_exact.nearest(Points(drawn(20)), Points(drawn(20)), 3, "cpu")
        assert seen == ["highest"] and torch.get_float32_matmul_precision() == "high"
    finally:
        torch.set_float32_matmul_precision(before)


def test_device_that_was_asked_for_is_recorded(embeddings, monkeypatch):
    """A GPU played by the CPU."""

    def by_cpu(queries, references, k, device):
        return torch_exact.nearest(queries, references, k, "cpu")

    monkeypatch.setattr(search, "_by_torch", by_cpu)
    assert project(embeddings, "cuda")["neighbors"] == "exact (cuda)"
    theirs = pq.read_table(embeddings.with_suffix(".parquet"))
    assert project(embeddings, "cpu")["neighbors"] == "exact"
    assert pq.read_table(embeddings.with_suffix(".parquet")).equals(theirs)


def test_missing_gpu_is_an_error(embeddings, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(SystemExit):
        project(embeddings, "cuda")
    error = json.loads(embeddings.with_suffix(".error.json").read_text())
    assert error["code"] == "GPU_MISSING" and "device=cpu" in error["message"]
    assert not embeddings.with_suffix(".parquet").exists()


def test_memory_that_runs_out_is_an_error(monkeypatch):
    def without_room(*arguments):
        raise torch.OutOfMemoryError("injected")

    monkeypatch.setattr(torch_exact, "_nearest", without_room)
    with pytest.raises(StepError, match="20 embeddings do not fit") as caught:
        torch_exact.nearest(Points(drawn(20)), Points(drawn(20)), 3, "cpu")
    assert caught.value.code == "OUT_OF_MEMORY"


def test_pytorch_is_loaded_only_for_a_gpu(embeddings):
    code = (
        "import sys; from steps.project import step; step.main(sys.argv[1:]); "
        "print('torch' in sys.modules)"
    )
    arguments = [str(embeddings), "--method=umap2", f"--output={embeddings}.parquet"]
    ended = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert ended.stdout == "False\n", ended.stderr
