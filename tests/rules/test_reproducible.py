"""The same input gives the same bytes, in fresh processes and with any number of cores."""

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from steps.embed.file import read_embeddings
from steps.project.knn.search import nearest_neighbors
from tests.support.snakemake_run import EXAMPLE, succeed

METHODS = "pca2,umap2,umap2:metric=cosine,tsne2,mds2,pacmap2,localmap2"
#: Both embedders: the neighbours by composition alone are no connected graph.
CHOSEN = {"input": EXAMPLE, "methods": METHODS, "embedders": "kmers,composition"}
pytestmark = pytest.mark.slow
BUNDLE = "results/families/families.parquetbundle"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Working directories of three runs of unrelated families, with 1, 2 and 4 cores."""
    folders = [tmp_path_factory.mktemp(f"cores{cores}") for cores in (1, 2, 4)]
    for folder, cores in zip(folders, (1, 2, 4), strict=True):
        succeed(folder, BUNDLE, cores=cores, **CHOSEN)
    return folders


def test_neighbour_graph_is_disconnected(runs):
    _, _, data = read_embeddings(runs[0] / "results/families/embeddings/composition.h5")
    neighbors = nearest_neighbors(data, 25, "euclidean").indices
    rows = np.repeat(np.arange(len(data)), 25)
    graph = coo_array((np.ones(rows.size), (rows, neighbors.ravel())), shape=(len(data),) * 2)
    assert connected_components(graph)[0] > 1


def test_three_runs_give_the_same_bytes(runs):
    first, *others = [(folder / BUNDLE).read_bytes() for folder in runs]
    assert all(other == first for other in others)
