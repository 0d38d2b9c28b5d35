"""sequences.parquet -> annotations.parquet: one row for each protein, in the order of the input.

Where two groups give the same column, the first one named wins and the later fills its gaps; a
column of a user's table replaces it. Columns without any value are left out.
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import command
from steps.annotators import GROUPS, is_table
from steps.cells import GRAMMAR
from steps.files import replacing

# protspace's writer drops these two: it fetches them for its own look-ups.
_DROPPED_BY_WRITER = ("sequence", "organism_id")


def annotate(sequences: pa.Table, wanted: Sequence[str]) -> tuple[pa.Table, set[str]]:
    """The annotation table, and the packages that made its values.

    Args:
        sequences: the table of sequences.parquet.
        wanted: groups and paths of tables, as in the configuration.
    """
    columns: dict[str, pa.Array] = {}
    packages: set[str] = set()
    for name in wanted:
        if not is_table(name):
            group = import_module(GROUPS[name])
            _fill(columns, group.columns(sequences))
            packages.update(group.packages)
    tables = [Path(name) for name in wanted if is_table(name)]
    if tables:
        from steps.annotators import table

        found = table.columns(tables, sequences["protein_id"].to_pylist())
        columns |= {_kept_name(name): column for name, column in found.items()}
        packages.update(table.packages)
    filled = {name: column for name, column in columns.items() if column.null_count < len(column)}
    result = pa.table({"protein_id": sequences["protein_id"], **filled})
    return result.replace_schema_metadata(GRAMMAR), packages


def _fill(columns: dict[str, pa.Array], more: dict[str, pa.Array]) -> None:
    for name, column in more.items():
        known = columns.get(name)
        columns[name] = column if known is None else pc.coalesce(known, column)


def _kept_name(name: str) -> str:
    return f"{name}_annotation" if name in _DROPPED_BY_WRITER else name


def main(argv: list[str] | None = None) -> None:
    options = command.parser("annotate", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--annotations", nargs="*", default=[], metavar="GROUP|TABLE")
    options.add_argument("--output", type=Path, required=True)
    command.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: command.Report) -> None:
    table, packages = annotate(pq.read_table(arguments.sequences), arguments.annotations)
    with replacing(arguments.output) as staged:
        pq.write_table(table, staged)
    names = table.column_names[1:]
    report.counts = {name: table.num_rows - table[name].null_count for name in names}
    report.parameters = {"annotations": arguments.annotations}
    report.packages = ("pyarrow", *sorted(packages))
    if not names:
        command.log.warning(
            "No annotation has a value: the points of the bundle cannot be coloured."
        )


if __name__ == "__main__":
    main()
