"""sequences.parquet -> annotations.parquet: one row for each protein, in the order of the input.

Where two sources give the same column, the curated one (UniProt and others) wins, then the header,
then what follows from the sequence; each later one fills gaps. A column of a user's table replaces
all of them. Columns without any value are left out.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.annotate.groups import GROUPS, is_ours, is_table
from steps.annotate.remote.catalogue import expand
from steps.cache.options import add_cache_options
from steps.config import defaults
from steps.files import replacing

# protspace's writer drops these two: it fetches them for its own look-ups.
_DROPPED_BY_WRITER = ("sequence", "organism_id")


def annotate(
    sequences: pa.Table, wanted: Sequence[str], curated: dict[str, pa.Array] | None = None
) -> tuple[pa.Table, set[str]]:
    """The annotation table, and the packages that made its values.

    Args:
        sequences: the table of sequences.parquet.
        wanted: groups, single annotations and paths of tables, as in the configuration.
        curated: columns of the remote sources.
    """
    columns: dict[str, pa.Array] = dict(curated or {})
    packages: set[str] = set()
    for name, module in GROUPS.items():
        if name in wanted:
            group = import_module(module)
            _fill(columns, group.columns(sequences))
            packages.update(group.packages)
    tables = [Path(name) for name in wanted if is_table(name)]
    if tables:
        from steps.annotate import table

        found = table.columns(tables, sequences["protein_id"].to_pylist())
        columns |= {_kept_name(name): column for name, column in found.items()}
        packages.update(table.packages)
    filled = {name: column for name, column in columns.items() if column.null_count < len(column)}
    result = pa.table({"protein_id": sequences["protein_id"], **filled})
    return result.replace_schema_metadata(GRAMMAR), packages


def _fill(columns: dict[str, pa.Array], more: dict[str, pa.Array]) -> None:
    for name, column in more.items():
        known = columns.get(name)
        if known is not None:
            # A curated number is text, such as a length.
            column = pc.coalesce(known, column.cast(known.type))
        columns[name] = column


def _kept_name(name: str) -> str:
    return f"{name}_annotation" if name in _DROPPED_BY_WRITER else name


def main(argv: list[str] | None = None) -> None:
    options = cli.parser("annotate", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument(
        "--fetched", type=Path, nargs="*", default=[], help="of step annotate_shard"
    )
    options.add_argument("--output", type=Path, required=True)
    add_source_options(options)
    cli.run(options, _work, argv)


def add_source_options(options: argparse.ArgumentParser) -> None:
    """What is wanted, and how the remote sources are asked."""
    options.add_argument("--annotations", nargs="*", default=[], metavar="NAME|TABLE")
    options.add_argument("--refetch", nargs="*", default=[], metavar="SOURCE")
    options.add_argument("--annotation-days", type=float, default=defaults.ANNOTATION_DAYS)
    options.add_argument("--references", type=Path, metavar="FOLDER", help="of step prefetch")
    options.add_argument("--biocentral-url", default=defaults.BIOCENTRAL_URL)
    options.add_argument("--strict", action="store_true", help="fail where a source is missing")
    add_cache_options(options)


def wanted_of_sources(arguments: argparse.Namespace) -> list[str]:
    """The single annotations that remote sources have to give."""
    return expand([name for name in arguments.annotations if not is_ours(name)])


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    sequences = pq.read_table(arguments.sequences)
    curated = _curated(sequences, arguments, report)
    table, packages = annotate(sequences, arguments.annotations, curated)
    with replacing(arguments.output) as staged:
        pq.write_table(table, staged)
    names = table.column_names[1:]
    report.counts = {name: table.num_rows - table[name].null_count for name in names}
    report.parameters["annotations"] = arguments.annotations
    report.packages = ("pyarrow", *sorted(packages), *(("protspace",) if curated else ()))
    if not names:
        cli.log.warning("No annotation has a value: the points of the bundle cannot be coloured.")


def _curated(
    sequences: pa.Table, arguments: argparse.Namespace, report: cli.Report
) -> dict[str, pa.Array]:
    """Columns of the remote sources; what they could not give is told in the report."""
    wanted = wanted_of_sources(arguments)
    if not wanted:
        return {}
    # Loads pandas and protspace: a second that a run without them need not take.
    from steps.annotate.remote.fetched import fetch, read_fetched

    if arguments.fetched:
        found, gaps = read_fetched(arguments.fetched)
    else:
        found, gaps = fetch(sequences, wanted, arguments, sequences.num_rows)
    gaps.tell(report, arguments.strict)
    return found
