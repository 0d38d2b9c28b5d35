"""Metrics and parameters of methods, held against protspace, umap-learn and scikit-learn."""

import numpy as np
import pytest
from protspace.cli.common_options import Metric
from sklearn.manifold import TSNE
from threadpoolctl import threadpool_limits

from steps.config.model import Config
from steps.project import numba_cache
from steps.project.methods import canonical_method, split_method
from steps.project.parameters import METRICS
from steps.project.step import DEFAULTS, reduce

SHARED = DEFAULTS | {"n_neighbors": 10, "min_dist": 0.1, "random_state": 42, "metric": "euclidean"}
#: A parameter of each method that takes it, with another value than the default.
SPECS = (
    "tsne2:perplexity=7",
    "tsne2:learning_rate=20",
    # These take a compiler of their own.
    pytest.param("pacmap2:mn_ratio=0.9", marks=pytest.mark.slow),
    pytest.param("pacmap2:fp_ratio=0.5", marks=pytest.mark.slow),
    pytest.param("pacmap2:n_neighbors=5", marks=pytest.mark.slow),
    pytest.param("localmap2:fp_ratio=0.5", marks=pytest.mark.slow),
    "mds2:n_init=12",
    "mds2:max_iter=3",
    "mds2:eps=0.1",
)


@pytest.fixture(autouse=True)
def one_thread():
    """As in a step; on a busy machine more threads wait for each other."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(1)
    centres = 3 * rng.normal(size=(4, 30))
    return (centres[np.arange(120) % 4] + rng.normal(size=(120, 30))).astype(np.float32)


def placed(data, spec):
    method, inline = split_method(canonical_method(spec))
    return reduce(data, method, SHARED | inline)[0]


def by_protspace(data, spec):
    from protspace.utils import get_reducers
    from protspace.utils.constants import DimensionReductionConfig

    method, inline = split_method(canonical_method(spec))
    with numba_cache.kept_compilations():
        reducer = get_reducers()[method](DimensionReductionConfig(**(SHARED | inline)))
        return np.asarray(reducer.fit_transform(data), dtype=np.float32)


def test_metrics_are_those_of_protspaces_command():
    assert set(METRICS) == {each.value for each in Metric}
    for metric in METRICS:
        assert Config(metric=metric).metric == metric
        assert split_method(canonical_method(f"umap2:metric={metric}"))[1] == {"metric": metric}


@pytest.mark.parametrize("metric", METRICS)
def test_graph_of_umap_is_that_of_umap_learn(data, metric):
    from umap import UMAP

    from steps.project.knn.search import nearest_neighbors
    from steps.project.parameters import ReductionConfig
    from steps.project.umap.reducer import Reducer

    theirs = UMAP(n_neighbors=10, metric=metric, n_jobs=1, transform_mode="graph").fit(data)
    ours = Reducer(ReductionConfig(n_neighbors=10, metric=metric), 1)
    near = nearest_neighbors(data, 10, metric)
    rows, columns, weights = ours._graph(data, near, np.random.RandomState(42))
    dense = np.zeros((len(data), len(data)))
    dense[rows, columns] = weights
    assert dense == pytest.approx(theirs.graph_.toarray(), abs=1e-4) and len(weights) > 1000


@pytest.mark.parametrize("metric", METRICS)
def test_tsne_is_that_of_scikit_learn(data, metric):
    theirs = TSNE(perplexity=30, learning_rate=200, metric=metric, random_state=42)
    assert np.array_equal(placed(data, f"tsne2:metric={metric}"), theirs.fit_transform(data))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("spec", SPECS)
def test_inline_parameter_does_what_it_does_in_protspace(data, spec):
    found = placed(data, spec)
    assert found == pytest.approx(by_protspace(data, spec), abs=1e-4)
    assert not np.allclose(found, placed(data, spec.partition(":")[0]), atol=1e-3)
