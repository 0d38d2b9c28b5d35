"""Rules get from the configuration: options of steps, resources of jobs."""

import inspect
from types import SimpleNamespace

import pytest

from steps.config.model import load
from steps.errors import StepError
from steps.workflow import (
    cache_options,
    cell_options,
    check_names,
    embedding_options,
    embedding_threads,
    gpus,
    gpus_of_projection,
    growing,
    limit_options,
    projection_options,
    request_options,
    statistics_options,
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


def test_annotations_without_scores_have_an_option_more():
    with_scores = cell_options(load({}))
    assert cell_options(load({"scores": False})) == [*with_scores, "--no-scores"]


def test_data_set_with_two_tables_of_one_name_is_refused():
    both = {"export": "tsv", "transfer": "ec"}
    with pytest.raises(StepError, match=r"one file, transferred\.tsv"):
        check_names({"transferred"}, load(both))
    check_names({"transferred"}, load({"export": "tsv"}))
    check_names({"other"}, load(both))


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


def test_options_of_statistics_name_what_was_chosen():
    chosen = {"statistics_annotations": "family,ec", "clustering": "hdbscan", "metric": "cosine"}
    options = statistics_options(load(chosen | {"min_cluster_size": 20}))
    assert options[:5] == ["--score", "family", "ec", "--clustering", "hdbscan"]
    assert {"--min-cluster-size=20", "--metric=cosine", "--cluster-space=both"} <= set(options)
    assert options[options.index("--requested") + 1] == "default"


def test_options_of_k_means_do_not_depend_on_those_of_hdbscan():
    """Else another `min_cluster_size` would run the statistics again for nothing."""
    few, many = (statistics_options(load({"min_cluster_size": n})) for n in (5, 50))
    assert few == many
