"""Transfer labels to proteins without one from their nearest neighbours in the embedding.

protspace's embedding annotation transfer (EAT): a protein without a value gets that of the nearest
proteins with one, of the input or of a file of references, marked as predicted:
`<annotation>__pred_value`, `__pred_confidence` (reliability, 0 to 1) and `__pred_source` (the
neighbour). With a largest distance, `<annotation>__neighbor` says which have a neighbour within it
(`near`, `distant`).
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.config import defaults
from steps.embed.file import read_embeddings
from steps.errors import StepError
from steps.files import replacing
from steps.optional.wanted import there_are

#: Said of `transfer_skip_distant` alone.
NEEDS_DISTANCE = "it needs a largest distance. Give transfer_max_distance=auto, or a number."

if TYPE_CHECKING:
    from steps.optional.transfer.columns import Options, Transferred
    from steps.optional.transfer.proteins import Proteins


def transferred(
    queries: "Proteins", references: "Proteins", wanted: Sequence[str], options: "Options"
) -> tuple[pa.Table, list["Transferred"]]:
    """Return the predicted columns beside `protein_id`, and what they were made of.

    Args:
        queries: the proteins of the input.
        references: the same, or others.
        wanted: annotations of the references.
        options: how.
    """
    from steps.optional.transfer.columns import transfer

    table, made = queries.annotations.select(["protein_id"]), []
    # Distances depend on the number of threads in their last digits.
    with threadpool_limits(1):
        for name in wanted:
            if found := transfer(name, queries, references, options):
                for column, values in found.columns.items():
                    table = table.append_column(column, values)
                made.append(found)
    return table.replace_schema_metadata(GRAMMAR), made


def main(argv: list[str] | None = None) -> None:
    """Run step transfer."""
    options = cli.parser("transfer", __doc__)
    options.add_argument("annotations", type=Path, help="annotations.parquet")
    options.add_argument("--embeddings", type=Path, required=True, help="HDF5 file")
    options.add_argument("--transfer", nargs="+", required=True, metavar="ANNOTATION")
    options.add_argument("--requested", nargs="*", default=[], metavar="NAME|TABLE")
    _add_choices(options)
    options.add_argument("--onto", type=Path, nargs="?", help="sequences.parquet of a map to join")
    options.add_argument("--added", type=Path, nargs="?", help="novelty.parquet of this data set")
    options.add_argument("--automatic", action="store_true", help="take only what is suitable")
    options.add_argument("--references", type=Path, metavar="FILE", help="labelled proteins")
    options.add_argument(
        "--reference-embeddings", metavar="FILE[:EMBEDDER]", help="HDF5 file, if it is another"
    )
    options.add_argument("--reference-labels", type=Path, nargs="*", default=[], metavar="FILE")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    options.add_argument("--origins", type=Path, required=True, help="TSV: neighbours, distances")
    cli.run(options, _work, argv)


def _add_choices(options: argparse.ArgumentParser) -> None:
    options.add_argument("--neighbors", type=int, default=defaults.TRANSFER_NEIGHBORS)
    options.add_argument(
        "--metric", choices=("cosine", "euclidean"), default=defaults.TRANSFER_METRIC
    )
    options.add_argument("--max-distance", type=_distance, metavar="NUMBER|auto")
    options.add_argument("--skip-distant", action="store_true", help="leave these without a label")
    for name in ("--queries", "--only-references"):
        options.add_argument(name, action="append", default=[], metavar="PREFIX|COLUMN~TEXT")


def _distance(text: str) -> float | str:
    return text if text == "auto" else float(text)


def _check_choices(arguments: argparse.Namespace) -> None:
    if arguments.skip_distant and arguments.max_distance is None:
        raise StepError("INVALID_CONFIG", f"Key 'transfer_skip_distant': {NEEDS_DISTANCE}")


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.optional.transfer import growing
    from steps.optional.transfer.columns import Options
    from steps.optional.transfer.origins import write_origins

    _check_choices(arguments)
    annotations = pq.read_table(arguments.annotations)
    wanted = arguments.transfer
    if not arguments.references:
        there = annotations.column_names[1:]
        wanted = there_are("transfer", wanted, there, arguments.requested)
    if arguments.automatic:
        wanted = growing.by_default(annotations, wanted, arguments.added)
    embedder, proteins = _proteins(annotations, arguments.embeddings)
    queries, references = _sides(arguments, proteins, embedder, wanted, report)
    names = ("neighbors", "metric", "max_distance", "skip_distant", "threads")
    options = Options(**{name: getattr(arguments, name) for name in names})
    table, made = transferred(queries, references, wanted, options)
    with replacing(arguments.output) as staged:
        pq.write_table(table, staged)
    write_origins(arguments.origins, [each.origins for each in made])
    given = {name: value for name, value in asdict(options).items() if name != "threads"}
    report.parameters |= {"embedder": embedder, **given}
    _report(made, report)


def _report(made: Sequence["Transferred"], report: cli.Report) -> None:
    """Report how much was transferred and how often it is right; say that in the log, too."""
    origins = [each.origins for each in made]
    tests = [each.calibration for each in made if each.calibration]
    for test in tests:
        test.log()
    report.counts = {each.annotation: len(each.queries) for each in origins}
    recall = min((each.near.recall for each in origins), default=1.0)
    calibration = {test.annotation: test.as_dict() for test in tests}
    report.parameters |= {"recall": recall, "calibration": calibration}
    report.packages = ("protspace", "faiss-cpu")


def _proteins(annotations: pa.Table, path: Path) -> tuple[str, "Proteins"]:
    """Return the embedder, and the proteins of the input."""
    from steps.optional.transfer.proteins import Proteins

    embedder, identifiers, matrix = read_embeddings(path)
    return embedder, Proteins.of(annotations, identifiers, matrix)


def _sides(
    arguments: argparse.Namespace,
    proteins: "Proteins",
    embedder: str,
    wanted: Sequence[str],
    report: cli.Report,
) -> tuple["Proteins", "Proteins"]:
    """Return queries and references, as the filters choose them."""
    from steps.optional.transfer import growing
    from steps.optional.transfer.filters import chosen, disjoint

    filters = arguments.queries, arguments.only_references
    report.parameters = {"queries": filters[0], "only_references": filters[1]}
    if not arguments.references:
        queries = growing.joined(proteins, arguments.added) if not filters[0] else proteins
        others = growing.on_map(proteins, arguments.onto) if not filters[1] else proteins
        return disjoint(queries, others, filters)
    # Other runs need none of it.
    from steps.optional.transfer.references import ReferenceSet, shared

    embeddings = arguments.reference_embeddings or str(arguments.references)
    given = ReferenceSet(arguments.references, embeddings, arguments.reference_labels)
    found = given.read(wanted, embedder, proteins.matrix.shape[1])
    queries = chosen(proteins, filters[0], "transfer_queries")
    report.parameters["references"] = given.described() | {"in_input": shared(queries, found)}
    return queries, chosen(found, filters[1], "transfer_references")
