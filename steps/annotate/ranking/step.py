"""Rank annotations: annotations.parquet, embeddings -> ranking.json, the most telling one first.

Two samples of fixed size bound the time: 20,000 proteins whose values are counted, and 2,000 whose
neighbours in embedding space are compared.
"""

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from steps import cli
from steps.annotate.cells import own_columns
from steps.annotate.ranking.neighbours import nearest, sample
from steps.annotate.ranking.tiers import ranked
from steps.files import write_json

_COUNTED = 20_000


def main(argv: list[str] | None = None) -> None:
    """Run step rank."""
    options = cli.parser("rank", __doc__)
    options.add_argument("annotations", type=Path, help="annotations.parquet")
    options.add_argument("--embeddings", type=Path, required=True, help="HDF5 file")
    options.add_argument("--output", type=Path, required=True, help="JSON file to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    table = pq.read_table(arguments.annotations)
    own = own_columns(table)
    table = table.take(sample(table.num_rows, _COUNTED))
    rows, neighbours = nearest(arguments.embeddings, table["protein_id"].to_pylist())
    order = [
        {
            "name": name,
            "score": score.value,
            "bits": round(score.bits, 4),
            "agreement": round(score.agreement, 4),
        }
        for name, score in ranked(table, own, rows, neighbours)
    ]
    write_json(arguments.output, order)
    report.counts = {"annotations": len(order), "sample": len(rows)}
    report.packages = ("numpy", "pyarrow", "h5py")
