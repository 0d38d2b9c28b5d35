"""Fetch the annotations of remote sources for one shard; step annotate merges the shards."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.groups import is_ours
from steps.annotate.remote.catalogue import expand, sources_of
from steps.annotate.remote.missing import MissingAnnotations
from steps.cache.options import add_cache_options, open_from
from steps.config import defaults
from steps.files import replacing
from steps.progress import Progress
from steps.shards import shard_of

#: Key of the missing annotations in the metadata of a shard's file.
_MISSING = b"gaps"

Columns = dict[str, pa.Array]


def add_source_options(options: argparse.ArgumentParser) -> None:
    """Add the options that select annotations and say how remote sources are asked."""
    options.add_argument("--annotations", nargs="*", default=[], metavar="NAME|TABLE")
    options.add_argument("--refetch", nargs="*", default=[], metavar="SOURCE")
    options.add_argument("--annotation-days", type=float, default=defaults.ANNOTATION_DAYS)
    options.add_argument("--references", type=Path, metavar="FOLDER", help="of step prefetch")
    options.add_argument("--biocentral-url", default=defaults.BIOCENTRAL_URL)
    options.add_argument(
        "--entries", type=Path, nargs="*", default=[], help="annotations of step retrieve"
    )
    options.add_argument("--strict", action="store_true", help="fail where a source is missing")
    add_cache_options(options)


def remote_annotations(arguments: argparse.Namespace) -> list[str]:
    """Return the single annotations that are wanted of remote sources."""
    return expand([name for name in arguments.annotations if not is_ours(name)])


def fetch(
    sequences: pa.Table, arguments: argparse.Namespace, whole: int
) -> tuple[Columns, MissingAnnotations]:
    """Return a text column for each remote annotation, and what is missing in them.

    Args:
        sequences: columns `protein_id` and `sequence` of the proteins to annotate.
        arguments: values of `add_source_options`, and `log` and `output`.
        whole: number of proteins of the data set, of which these may be a part.

    Raises:
        StepError: the cache cannot be opened.
    """
    # Loads pandas and protspace: a second that a run without remote sources need not take.
    from steps.annotate.remote.batches import FetchOptions
    from steps.annotate.remote.columns import RemoteColumns

    wanted = remote_annotations(arguments)
    identifiers, residues = (sequences[name].to_pylist() for name in ("protein_id", "sequence"))
    # None, where the input has embeddings only.
    proteins = dict(zip(identifiers, (text or "" for text in residues), strict=True))
    sources = len(sources_of(wanted))
    progress = Progress(arguments.log, len(proteins) * sources, total=whole * sources)
    options = FetchOptions(
        offline=arguments.offline,
        days=arguments.annotation_days,
        refetch=frozenset(arguments.refetch),
        references=arguments.references,
        biocentral_url=arguments.biocentral_url,
    )
    with open_from(arguments) as cache:
        known = _known(arguments.entries)
        remote = RemoteColumns(proteins, wanted, cache, options, progress.advance, known)
        columns, missing = remote.columns(), remote.missing()
        if missing.labels and not arguments.strict:
            progress.note(missing_sources=missing.labels)
        # Without a cache, answers are kept beside the output until the step succeeds.
        if arguments.cache == "none" and not (arguments.strict and missing.labels):
            cache.discard()
    return columns, missing


def _known(paths: Sequence[Path]) -> dict[str, dict[str, str]]:
    """Return the answers of UniProt, by accession, that step retrieve has written."""
    rows = [row for path in paths for row in pq.read_table(path).to_pylist()]
    return {row.pop("protein_id"): row for row in rows}


def write_shard(
    path: Path, identifiers: pa.Array, columns: Columns, missing: MissingAnnotations
) -> None:
    """Write the columns of a shard and what is missing in them into one parquet file."""
    table = pa.table({"protein_id": identifiers, **columns})
    metadata = {_MISSING: json.dumps(missing.as_dict())}
    pq.write_table(table.replace_schema_metadata(metadata), path)


def read_shards(paths: Sequence[Path]) -> tuple[Columns, MissingAnnotations]:
    """Return the concatenated columns of files of `write_shard`, and what all of them miss."""
    tables, missing = [pq.read_table(path) for path in paths], MissingAnnotations()
    for table in tables:
        missing.add(MissingAnnotations.from_dict(json.loads(table.schema.metadata[_MISSING])))
    whole = pa.concat_tables(tables).combine_chunks()
    return {name: whole[name].combine_chunks() for name in whole.column_names[1:]}, missing


def main(argv: list[str] | None = None) -> None:
    """Run the step from its command line."""
    options = cli.parser("annotate_shard", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--shard", default="", metavar="I-of-N", help="only these proteins")
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    add_source_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    whole = pq.read_table(arguments.sequences, columns=["protein_id", "sequence"])
    table = shard_of(whole, arguments.shard)
    columns, missing = fetch(table, arguments, whole.num_rows)
    with replacing(arguments.output) as staged:
        write_shard(staged, table["protein_id"], columns, missing)
    for label in missing.labels:
        cli.log.info("%s: not all annotations could be fetched.", label)
    report.counts = {"proteins": table.num_rows, "missing_sources": len(missing.labels)}
