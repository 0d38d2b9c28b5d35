"""The curated columns of proteins, fetched now or by jobs of their own."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from steps.annotate.remote.batches import Rules
from steps.annotate.remote.catalogue import sources_of
from steps.annotate.remote.columns import Curated
from steps.annotate.remote.missing import Gaps
from steps.cache.options import open_from
from steps.progress import Progress

_GAPS = b"gaps"


def fetch(
    sequences: pa.Table, wanted: Sequence[str], arguments: argparse.Namespace, whole: int
) -> tuple[dict[str, pa.Array], Gaps]:
    """A column for each wanted annotation, and what is missing in them.

    `whole` is the number of proteins of the data set, of which these may be a part.
    """
    identifiers, residues = (sequences[name].to_pylist() for name in ("protein_id", "sequence"))
    proteins = dict(zip(identifiers, residues, strict=True))
    sources = len(sources_of(list(wanted)))
    progress = Progress(arguments.log, len(proteins) * sources, total=whole * sources)
    refetch = frozenset(arguments.refetch)
    rules = Rules(
        arguments.offline, arguments.annotation_days, refetch, references=arguments.references
    )
    with open_from(arguments) as store:
        address = arguments.biocentral_url
        curated = Curated(proteins, wanted, store, rules, address, progress.advance)
        found = curated.columns()
        gaps = Gaps.of(curated)
        if gaps.missing and not arguments.strict:
            progress.note(missing_sources=gaps.missing)
        # Without a cache, what was answered is kept beside the output until the step succeeds.
        if arguments.cache == "none" and not (arguments.strict and gaps.missing):
            store.discard()
    return found, gaps


def write_fetched(path: Path, identifiers: pa.Array, found: dict, gaps: Gaps) -> None:
    """One file of both; `read_fetched` is the inverse."""
    table = pa.table({"protein_id": identifiers, **found})
    pq.write_table(table.replace_schema_metadata({_GAPS: json.dumps(gaps.as_dict())}), path)


def read_fetched(paths: Sequence[Path]) -> tuple[dict[str, pa.Array], Gaps]:
    """The columns of several files below each other, and what is missing in all of them."""
    tables, gaps = [pq.read_table(path) for path in paths], Gaps()
    for table in tables:
        gaps.add(Gaps.from_dict(json.loads(table.schema.metadata[_GAPS])))
    whole = pa.concat_tables(tables).combine_chunks()
    return {name: whole[name].combine_chunks() for name in whole.column_names[1:]}, gaps
