"""similarities.parquet -> a projection: by MDS of all pairs, or of many proteins by UMAP.

The output is that of step project, with MMseqs2 as embedder and the method that was used.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from steps import cli
from steps.optional.similarity import ALL_PAIRS
from steps.project import step as projecting
from steps.project import threads
from steps.project.methods import SIMILARITY
from steps.project.output import Origin, finish
from steps.project.parameters import ReductionConfig

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from steps.project.umap.reducer import Floats


def main(argv: list[str] | None = None) -> None:
    """Run step project_similarity."""
    options = cli.parser("project_similarity", __doc__)
    options.add_argument("similarities", type=Path, help="similarities.parquet")
    projecting.add_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.optional.similarity.file import read_similarities

    identifiers, similarities = read_similarities(arguments.similarities)
    method = "mds" if len(identifiers) <= ALL_PAIRS else "umap"
    parameters = projecting.adjusted(method, projecting.parameters_of(arguments), len(identifiers))
    coordinates, info = projected(similarities, method, parameters, arguments.threads)
    origin = Origin(SIMILARITY, f"{method}2", info)
    finish(arguments.output, identifiers, coordinates, origin, report)


def projected(
    similarities: "csr_array", method: str, parameters: projecting.Parameters, count: int = 1
) -> tuple["Floats", projecting.Parameters]:
    """Return coordinates and their metadata by `mds` or `umap`, which uses `count` threads.

    Raises:
        StepError: NO_VARIATION where all sequences are the same.
    """
    if method == "mds":
        return projecting.reduce(
            distances(similarities), method, parameters | {"precomputed": True}
        )
    threads.let_numba_use(count)
    from steps.optional.similarity.graph import Reducer

    reducer = Reducer(ReductionConfig(**parameters))
    return projecting.fit(reducer, similarities, method)


def distances(similarities: "csr_array") -> "Floats":
    """Return protspace's distances for MDS, sqrt(1 - identity): float32, shape (n, n)."""
    import numpy as np

    matrix = similarities.toarray()
    np.fill_diagonal(matrix, 1)
    result: Floats = np.sqrt(1 - matrix)
    return result
