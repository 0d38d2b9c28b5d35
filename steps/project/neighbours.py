"""Embeddings -> the nearest proteins of each, with distances: a map shows only some of them.

The output has a row for each protein in the order of the embeddings: `protein_id`, `neighbours`
(rows of this table, the nearest first, without the protein itself) and `distances` (float32); its
metadata names the embedder and the metric.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from steps import cli
from steps.config import defaults
from steps.files import replacing
from steps.project import threads

if TYPE_CHECKING:
    import numpy as np

    from steps.project.knn.search import Neighbors

# Before NumPy is imported, which happens below.
threads.use_one()

#: How many nearest proteins are kept of each.
COUNT = 10


def find(data: "np.ndarray", metric: str, thread_count: int = 1) -> "Neighbors":
    """Return up to `COUNT` nearest others of each protein.

    Args:
        data: float32, shape (n, d).
        metric: "euclidean" or "cosine".
        thread_count: threads of the search, which change no result.
    """
    from dataclasses import replace

    from steps.project.knn.search import nearest_neighbors

    found = nearest_neighbors(data, min(COUNT + 1, len(data)), metric, thread_count)
    # Each protein comes first in its own row.
    return replace(found, indices=found.indices[:, 1:], distances=found.distances[:, 1:])


def write(path: Path, identifiers: list[str], found: "Neighbors", origin: dict[str, str]) -> None:
    """Write the table; `origin` has the embedder and the metric."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    size, count = found.indices.shape
    ends = pa.array(range(0, (size + 1) * count, count) if count else [0] * (size + 1), pa.int32())
    columns = {
        "protein_id": pa.array(identifiers, pa.string()),
        "neighbours": pa.ListArray.from_arrays(ends, found.indices.ravel()),
        "distances": pa.ListArray.from_arrays(ends, found.distances.ravel()),
    }
    with replacing(path) as staged:
        pq.write_table(pa.table(columns).replace_schema_metadata(origin), staged)


def main(argv: list[str] | None = None) -> None:
    """Run step neighbours."""
    options = cli.parser("neighbours", __doc__)
    options.add_argument("embeddings", type=Path)
    options.add_argument("--metric", default=defaults.METRIC, choices=("euclidean", "cosine"))
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.embed.file import read_embeddings
    from steps.project.knn.search import described

    embedder, identifiers, data = read_embeddings(arguments.embeddings)
    threads.let_numba_use(arguments.threads)
    found = find(data, arguments.metric, arguments.threads)
    write(arguments.output, identifiers, found, {"embedder": embedder, "metric": arguments.metric})
    report.counts = {"proteins": len(identifiers), "neighbours": found.indices.shape[1]}
    report.parameters = {"embedder": embedder, "metric": arguments.metric, **described(found)}
    report.packages = ("numpy", "faiss-cpu")
