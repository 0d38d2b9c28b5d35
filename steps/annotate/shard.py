"""Fetch what remote sources know about one shard; step annotate merges the shards."""

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from steps import cli
from steps.annotate.remote.fetched import fetch, write_fetched
from steps.annotate.step import add_source_options, wanted_of_sources
from steps.files import replacing
from steps.shards import shard_of


def main(argv: list[str] | None = None) -> None:
    options = cli.parser("annotate_shard", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--shard", default="", metavar="I-of-N", help="only these proteins")
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    add_source_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    columns = ["protein_id", "sequence"]
    whole = pq.read_table(arguments.sequences, columns=columns)
    table = shard_of(whole, arguments.shard)
    found, gaps = fetch(table, wanted_of_sources(arguments), arguments, whole.num_rows)
    with replacing(arguments.output) as staged:
        write_fetched(staged, table["protein_id"], found, gaps)
    for label in gaps.missing:
        cli.log.info("%s did not answer for all proteins.", label)
    report.counts = {"proteins": table.num_rows, "missing_sources": len(gaps.missing)}
