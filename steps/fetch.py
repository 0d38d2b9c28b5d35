"""What remote sources know about the proteins of one shard; `steps.annotate` gathers the shards."""

import argparse
from pathlib import Path

import pyarrow.parquet as pq

from steps import command
from steps.annotate import add_source_options, wanted_of_sources
from steps.annotators.remote.columns import fetch, write_fetched
from steps.files import replacing
from steps.shards import shard_of


def main(argv: list[str] | None = None) -> None:
    options = command.parser("fetch", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--shard", default="", metavar="I-of-N", help="only these proteins")
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    add_source_options(options)
    command.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: command.Report) -> None:
    columns = ["protein_id", "sequence"]
    whole = pq.read_table(arguments.sequences, columns=columns)
    table = shard_of(whole, arguments.shard)
    found, gaps = fetch(table, wanted_of_sources(arguments), arguments, whole.num_rows)
    with replacing(arguments.output) as staged:
        write_fetched(staged, table["protein_id"], found, gaps)
    for label in gaps.missing:
        command.log.info("%s did not answer for all proteins.", label)
    report.counts = {"proteins": table.num_rows, "missing_sources": len(gaps.missing)}


if __name__ == "__main__":
    main()
