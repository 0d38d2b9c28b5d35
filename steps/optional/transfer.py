"""Transfer labels to proteins without one from their nearest neighbours in the embedding.

protspace's embedding annotation transfer (EAT): a protein without a value gets that of the nearest
protein with one (cosine distance), marked as predicted: `<annotation>__pred_value`,
`__pred_confidence` (reliability, 0 to 1) and `__pred_source` (the neighbour).
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.annotate.groups import GROUPS, is_ours
from steps.annotate.remote.catalogue import expand
from steps.embed.file import read_embeddings
from steps.errors import StepError, did_you_mean
from steps.files import replacing

_METRIC, _NEIGHBOURS = "cosine", 1


def transferred(
    annotations: pa.Table,
    embeddings: dict[str, Any],
    wanted: Sequence[str],
    requested: Sequence[str] = (),
) -> tuple[pa.Table, list[dict[str, Any]]]:
    """Return the predicted columns beside `protein_id`, and protspace's rows on their origins.

    Args:
        annotations: annotations.parquet.
        embeddings: identifier -> float32, shape (d,).
        wanted: names of annotations.
        requested: entries of the key `annotations`. A name that one of them may give, but has no
            value in this data set, is left out with a warning.

    Raises:
        StepError: INVALID_CONFIG, for a name that is no annotation of this run.
    """
    from protspace.analysis.classification import Rule
    from protspace.cli.transfer import run_transfer

    there = annotations.column_names[1:]
    known = [name for name in wanted if name in there]
    for name in wanted:
        if name not in there:
            _explain(name, there, requested)
    origins: list[dict[str, Any]] = []
    # Distances depend on the number of threads in their last digits.
    with threadpool_limits(1):
        filled = run_transfer(
            annotations=annotations,
            embeddings=embeddings,
            transfer_columns=known,
            query_rule=Rule(),
            reference_rule=Rule(),
            k=_NEIGHBOURS,
            metric=_METRIC,
            report=origins,
        )
    added = [name for name in filled.column_names if name not in annotations.column_names]
    return filled.select(["protein_id", *added]).replace_schema_metadata(GRAMMAR), origins


def _explain(name: str, there: list[str], requested: Sequence[str]) -> None:
    """Warn of an annotation without values; refuse a name that is no annotation of this run."""
    names = f"There are: {', '.join(there) or 'none'}."
    if name not in _possible(requested):
        raise StepError(
            "INVALID_CONFIG",
            f"Key 'transfer': there is no annotation '{name}'.{did_you_mean(name, there)} {names}",
        )
    cli.log.warning(f"transfer: no protein of this data set has a value of '{name}'. {names}")


def _possible(requested: Sequence[str]) -> set[str]:
    """Return the annotations that groups and remote sources may give."""
    groups = [import_module(GROUPS[name]).NAMES for name in requested if name in GROUPS]
    remote = expand([name for name in requested if not is_ours(name)])
    return {*remote, *(name for group in groups for name in group)}


def main(argv: list[str] | None = None) -> None:
    """Run step transfer."""
    options = cli.parser("transfer", __doc__)
    options.add_argument("annotations", type=Path, help="annotations.parquet")
    options.add_argument("--embeddings", type=Path, required=True, help="HDF5 file")
    options.add_argument("--transfer", nargs="+", required=True, metavar="ANNOTATION")
    options.add_argument("--requested", nargs="*", default=[], metavar="NAME|TABLE")
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    options.add_argument("--origins", type=Path, required=True, help="TSV: neighbours, distances")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    from protspace.data.io.predictions import write_report

    annotations = pq.read_table(arguments.annotations)
    embedder, identifiers, matrix = read_embeddings(arguments.embeddings)
    embeddings = dict(zip(identifiers, matrix, strict=True))
    table, origins = transferred(annotations, embeddings, arguments.transfer, arguments.requested)
    with replacing(arguments.output) as staged:
        pq.write_table(table, staged)
    write_report(arguments.origins, origins)
    filled = {
        name.removesuffix("__pred_value"): table.num_rows - table[name].null_count
        for name in table.column_names
        if name.endswith("__pred_value")
    }
    report.counts = filled
    report.parameters = {"embedder": embedder, "metric": _METRIC, "neighbours": _NEIGHBOURS}
    report.packages = ("protspace",)
