"""Transfer labels to proteins without one from their nearest neighbours in the embedding.

protspace's embedding annotation transfer (EAT): a protein without a value gets that of the nearest
proteins with one (cosine distance), marked as predicted: `<annotation>__pred_value`,
`__pred_confidence` (reliability, 0 to 1) and `__pred_source` (the neighbour). With a largest
distance, `<annotation>__neighbor` says which have a neighbour within it (`near`, `distant`).
"""

import argparse
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.annotate.groups import GROUPS, is_ours
from steps.annotate.remote.catalogue import expand
from steps.config import defaults
from steps.embed.file import read_embeddings
from steps.errors import StepError, did_you_mean
from steps.files import replacing

if TYPE_CHECKING:
    from steps.optional.transfer.origins import Origins

Embeddings = tuple[list[str], np.ndarray]


def transferred(
    annotations: pa.Table, embeddings: Embeddings, wanted: Sequence[str], options: dict[str, Any]
) -> tuple[pa.Table, list["Origins"]]:
    """Return the predicted columns beside `protein_id`, and where the labels come from.

    Args:
        annotations: annotations.parquet.
        embeddings: identifiers, and float32, shape (n, d).
        wanted: columns of the annotations.
        options: `neighbors`, `max_distance` (a number, "auto" or `None`) and `threads`.
    """
    from steps.optional.transfer.columns import transfer

    identifiers = annotations["protein_id"].to_pylist()
    row = {name: at for at, name in enumerate(embeddings[0])}
    place = np.array([row.get(name, -1) for name in identifiers])
    table, origins = annotations.select(["protein_id"]), []
    # Distances depend on the number of threads in their last digits.
    with threadpool_limits(1):
        for name in wanted:
            cells = annotations[name]
            made = transfer(name, cells, identifiers, (place, embeddings[1]), options)
            if made:
                for column, values in made[0].items():
                    table = table.append_column(column, values)
                origins.append(made[1])
    return table.replace_schema_metadata(GRAMMAR), origins


def there_are(wanted: Sequence[str], there: list[str], requested: Sequence[str]) -> list[str]:
    """Return the wanted annotations that there are.

    Args:
        requested: entries of the key `annotations`. A name that one of them may give, but has no
            value in this data set, is left out with a warning.

    Raises:
        StepError: INVALID_CONFIG, for a name that is no annotation of this run.
    """
    for name in wanted:
        if name not in there:
            _explain(name, there, requested)
    return [name for name in wanted if name in there]


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
    options.add_argument("--neighbors", type=int, default=defaults.TRANSFER_NEIGHBORS)
    options.add_argument("--max-distance", type=_distance, metavar="NUMBER|auto")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    options.add_argument("--origins", type=Path, required=True, help="TSV: neighbours, distances")
    cli.run(options, _work, argv)


def _distance(text: str) -> float | str:
    return text if text == "auto" else float(text)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.optional.transfer.origins import write_origins

    annotations = pq.read_table(arguments.annotations)
    there = annotations.column_names[1:]
    known = there_are(arguments.transfer, there, arguments.requested)
    embedder, identifiers, matrix = read_embeddings(arguments.embeddings)
    options = {name: getattr(arguments, name) for name in ("neighbors", "max_distance", "threads")}
    table, origins = transferred(annotations, (identifiers, matrix), known, options)
    with replacing(arguments.output) as staged:
        pq.write_table(table, staged)
    write_origins(arguments.origins, origins)
    report.counts = {each.annotation: len(each.queries) for each in origins}
    del options["threads"]
    recall = {"recall": min((each.near.recall for each in origins), default=1.0)}
    report.parameters = {"embedder": embedder, "metric": "cosine", **options, **recall}
    report.packages = ("protspace", "faiss-cpu")
