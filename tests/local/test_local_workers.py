"""A process for each device: what goes wrong there is told here."""

import os
import signal

import pytest

from steps.embed.models.local.workers import Recipe, _Worker, run
from steps.errors import StepError

pytestmark = pytest.mark.local


def recipe(folder):
    return Recipe(folder, "esm", "cpu", "float32", 100)


def test_an_error_of_a_worker_keeps_its_code(tmp_path):
    with pytest.raises(StepError) as caught:
        list(run([recipe(tmp_path / "none")] * 2, [[0], [1]], ["M", "K"]))
    assert caught.value.code == "MODEL_NOT_FOUND"


def test_fewer_batches_than_workers_are_enough(models):
    ((positions, vectors),) = run([recipe(models / "esm2_8m")] * 2, [[0, 1]], ["M", "K"])
    assert positions == [0, 1] and vectors.shape == (2, 64)


def test_a_killed_worker_is_noticed(models):
    worker = _Worker(recipe(models / "esm2_8m"))
    worker.give(([0], ["M"]))
    os.kill(worker._process.pid, signal.SIGKILL)
    with pytest.raises(StepError, match="cpu ended with status -9") as caught:
        worker.take()
    assert caught.value.code == "WORKER_LOST"
    worker.end()
