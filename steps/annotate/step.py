"""Annotate proteins: sequences.parquet -> annotations.parquet, one row each, in input order.

Where several sources have a column of the same name, remote sources come first, then group
`header`, then group `sequence`; each later one fills the missing values of those before it. A
column of a user's table replaces all of them. Columns without any value are left out.

With `--onto`, proteins of an earlier map keep its annotations, where no table of the user has
others, and only new ones are looked up.
"""

import argparse
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.cells import OF_GROWN_MAPS, bare, own_columns, with_own
from steps.annotate.groups import GROUPS, is_table
from steps.annotate.remote.accessions import accession_of
from steps.annotate.remote.catalogue import sources_of
from steps.annotate.shard import add_source_options, fetch, read_shards, remote_annotations
from steps.files import replacing
from steps.normalize.identifiers import finder

# protspace's writer drops these two: it fetches them for its own look-ups.
_DROPPED_BY_WRITER = ("sequence", "organism_id")
#: Remote sources give text, of these that of whole numbers.
_NUMBERS = ("length", "annotation_score")


def annotate(
    sequences: pa.Table,
    wanted: Sequence[str],
    remote: dict[str, pa.Array] | None = None,
    old: pa.Table | None = None,
) -> tuple[pa.Table, set[str]]:
    """Return the annotation table, and the names of the packages that computed its values.

    Args:
        sequences: the table of sequences.parquet.
        wanted: groups, single annotations and paths of tables, as in the configuration.
        remote: columns of the remote sources.
        old: annotations of an earlier map, whose proteins are the first of `sequences`; those of
            `remote` are then the others.

    Raises:
        StepError: INVALID_ANNOTATIONS, for a user's table that cannot be read.
    """
    columns = {name: _typed(name, column) for name, column in (remote or {}).items()}
    packages: set[str] = set()
    new = sequences if old is None else sequences.slice(len(old))
    for name, module in GROUPS.items():
        if name in wanted and not (name == "sequence" and _has_none(new)):
            group = import_module(module)
            _fill(columns, group.columns(new))
            packages.update(group.packages)
    tables = [Path(name) for name in wanted if is_table(name)]
    own: dict[str, pa.Array] = {}
    if tables:
        from steps.annotate.table import columns as table

        identifiers = sequences["protein_id"].to_pylist()
        found = table.columns(tables, identifiers, cache(finder(identifiers)))
        kept = _kept_names(list(found), grows=old is not None)
        own = {kept[name]: column for name, column in found.items()}
        packages.update(table.packages)
    if old is not None:
        # Other runs need none of it.
        from steps.annotate import onto

        old = onto.renamed(old, _kept_names(old.column_names, grows=True))
        columns = onto.join(old, columns, len(new))
        own = onto.corrected(columns, own)
    filled = {
        name: column for name, column in (columns | own).items() if column.null_count < len(column)
    }
    result = pa.table({"protein_id": sequences["protein_id"], **filled})
    theirs = dict.fromkeys([*own, *(own_columns(old) if old is not None else ())])
    return with_own(result, [name for name in theirs if name in filled]), packages


def _has_none(sequences: pa.Table) -> bool:
    """Return whether the input has no sequences; warn that none can be described."""
    if not sequences.num_rows or sequences["sequence"].null_count < sequences.num_rows:
        return False
    cli.log.warning(
        "The input has embeddings only: there are no annotations of group 'sequence'. Give a FASTA "
        "file as input, and the embeddings by the key 'embeddings', to have them."
    )
    return True


def without_scores(table: pa.Table) -> pa.Table:
    """Return the annotations without scores and evidence, as `protspace annotate --no-scores`."""
    # Loads pandas.
    from protspace.data.annotations.scores import SCORE_BEARING_COLUMNS

    for name in set(SCORE_BEARING_COLUMNS) & set(table.column_names):
        if pa.types.is_string(table[name].type):
            coded = table[name].combine_chunks().dictionary_encode()
            labels = pa.array(map(bare, coded.dictionary.to_pylist()), pa.string())
            place = table.column_names.index(name)
            table = table.set_column(place, name, labels.take(coded.indices))
    return table


def _typed(name: str, column: pa.Array) -> pa.Array:
    """Return a column of a remote source; numbers as numbers, so that none becomes a category."""
    if name not in _NUMBERS:
        return column
    try:
        return column.cast(pa.int64())
    except pa.ArrowInvalid:
        return column


def _fill(columns: dict[str, pa.Array], more: dict[str, pa.Array]) -> None:
    """Add the columns of `more`; where there is one of the name, fill its missing values."""
    for name, column in more.items():
        known = columns.get(name)
        if known is not None:
            column = pc.coalesce(known, column.cast(known.type))
        columns[name] = column


def _kept_names(names: Sequence[str], *, grows: bool) -> dict[str, str]:
    """Return name -> name in the bundle; warn where a later step has a column of that name."""
    taken = (*_DROPPED_BY_WRITER, *(OF_GROWN_MAPS if grows else ()))
    kept = {name: f"{name}_annotation" if name in taken else name for name in names}
    for name in filter(taken.__contains__, names):
        cli.log.warning(f"Your column '{name}' is named '{kept[name]}' in the bundle.")
    return kept


def main(argv: list[str] | None = None) -> None:
    """Run the step from its command line."""
    options = cli.parser("annotate", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument(
        "--fetched", type=Path, nargs="*", default=[], help="outputs of step annotate_shard"
    )
    options.add_argument(
        "--onto", type=Path, nargs="?", help="annotations.parquet of a map to join"
    )
    options.add_argument("--no-scores", action="store_true", help="drop scores and evidence")
    options.add_argument("--output", type=Path, required=True)
    add_source_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    sequences = pq.read_table(arguments.sequences)
    old = _old(arguments.onto, sequences) if arguments.onto else None
    new = sequences.slice(len(old or ()))
    remote = _remote_columns(new, arguments, report)
    table, packages = annotate(sequences, arguments.annotations, remote, old)
    if arguments.no_scores:
        table = without_scores(table)
    with replacing(arguments.output) as staged:
        pq.write_table(table, staged)
    names = table.column_names[1:]
    report.counts = {name: table.num_rows - table[name].null_count for name in names}
    report.parameters["annotations"] = arguments.annotations
    report.parameters["scores"] = not arguments.no_scores
    report.parameters["without_accession"] = _without_accession(
        new["protein_id"].to_pylist(), remote_annotations(arguments)
    )
    report.packages = ("pyarrow", *sorted(packages), *(("protspace",) if remote else ()))
    if not names:
        cli.log.warning("No annotation has a value: the points of the bundle cannot be coloured.")


def _old(path: Path, sequences: pa.Table) -> pa.Table:
    """Return the annotations of those proteins of a map that are still on it."""
    found = pq.read_table(path)
    kept = pc.is_in(found["protein_id"], value_set=sequences["protein_id"].combine_chunks())
    return found.filter(kept)


def _without_accession(identifiers: Sequence[str], wanted: list[str]) -> int:
    """Return how many identifiers hold no UniProt accession; warn if sources are asked by them."""
    without = [each for each in identifiers if not accession_of(each)]
    if without and {"uniprot", "taxonomy", "ted"} & sources_of(wanted).keys():
        shown = ", ".join(without[:3]) + (", ..." if len(without) > 3 else "")
        cli.log.warning(
            f"{len(without)} of {len(identifiers)} identifiers hold no UniProt accession "
            f"({shown}): UniProt, taxonomy and TED are not asked for them."
        )
    return len(without)


def _remote_columns(
    sequences: pa.Table, arguments: argparse.Namespace, report: cli.Report
) -> dict[str, pa.Array]:
    """Return the columns of remote sources; report the annotations that are missing."""
    if not (sequences.num_rows and remote_annotations(arguments)):
        return {}
    if arguments.fetched:
        columns, missing = read_shards(arguments.fetched)
    else:
        columns, missing = fetch(sequences, arguments, sequences.num_rows)
    rule = "annotate_merged" if arguments.fetched else "annotate"
    missing.report(report, strict=arguments.strict, rule=rule)
    return columns
