"""Rules get from the configuration: options of steps, resources of jobs."""

import inspect
from types import SimpleNamespace

import pytest

from steps.config.model import load
from steps.workflow import (
    cache_options,
    embedding_options,
    embedding_threads,
    gpus,
    gpus_of_projection,
    growing,
    limit_options,
    projection_options,
    request_options,
    transfer_options,
)


def test_options_are_keys_with_values():
    config = load({"n_neighbors": 9, "max_length": 7})
    assert "--n-neighbors=9" in projection_options(config)
    assert limit_options(config) == ["--max-length=7"]
    assert embedding_options(config)[0] == "--backend=biocentral"


@pytest.mark.parametrize("make", [cache_options, request_options])
def test_options_that_change_no_result_are_functions_of_output(make):
    assert list(inspect.signature(make(load({}))).parameters) == ["wildcards", "output"]


def test_largest_distance_of_transfer_is_an_option_where_it_is_set():
    config = {"transfer": "ec", "annotations": "header", "transfer_neighbors": 3}
    options = ["--transfer", "ec", "--requested", "header", "--neighbors=3"]
    assert transfer_options(load(config)) == options
    limited = load(config | {"transfer_max_distance": "auto"})
    assert transfer_options(limited) == [*options, "--max-distance=auto"]


def test_offline_is_a_cache_option():
    assert cache_options(load({"offline": True}))(None, None)[-1] == "--offline"
    assert "--offline" not in cache_options(load({}))(None, None)


@pytest.mark.parametrize(
    ("backend", "embedder", "count"),
    [("local", "esm2_8m", 1), ("local", "kmers", 0), ("biocentral", "esm2_8m", 0)],
)
def test_local_language_model_asks_for_a_gpu(backend, embedder, count):
    config = load({"backend": backend})
    assert gpus(config)(SimpleNamespace(embedder=embedder)) == count
    assert embedding_threads(config) == (16 if backend == "local" else 1)


@pytest.mark.parametrize(
    ("device", "method", "count"),
    [("cuda", "umap2:n_neighbors=5", 1), ("cuda", "pca2", 0), ("cpu", "umap2", 0)],
)
def test_projection_with_a_search_asks_for_a_gpu(device, method, count):
    config = load({"device": device})
    assert gpus_of_projection(config)(SimpleNamespace(method=method)) == count
    assert ("--device=cuda" in projection_options(config)) == (device == "cuda")


def test_resources_grow_with_inputs_and_attempts():
    inputs = SimpleNamespace(size_mb=3)
    assert growing(1000, 20)(None, inputs, 1) == 1060
    assert growing(1000, 20)(None, inputs, 2) == 2120
    assert growing(10)(None, None, 3) == 30
