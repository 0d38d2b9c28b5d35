"""Score how far each projection can be trusted, and find clusters.

protspace's statistics: how well a projection keeps neighbours (faithfulness), how well annotations
separate in projections and embeddings (validity), and automatic clusters to colour by.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.bundle.tables import projection_tables
from steps.config import defaults
from steps.embed.file import read_embeddings
from steps.files import replacing, write_json
from steps.project.methods import SIMILARITY

if TYPE_CHECKING:
    from pandas import DataFrame
    from protspace.data.loaders.embedding_set import EmbeddingSet

#: Defaults of `protspace stats`, but for the sample that clusters are found in (its own: 50,000).
_FITTED = 10_000
_PARAMETERS = {"cluster_selection": "elbow", "cluster_space": "both", "max_fit_sample": _FITTED}
_METRIC = "euclidean"


def main(argv: list[str] | None = None) -> None:
    """Run step statistics."""
    options = cli.parser("statistics", __doc__)
    options.add_argument("--embeddings", type=Path, nargs="+", required=True)
    options.add_argument("--projections", type=Path, nargs="+", required=True)
    options.add_argument("--annotations", type=Path, required=True)
    options.add_argument("--random-state", type=int, default=defaults.RANDOM_STATE)
    options.add_argument("--scores", type=Path, required=True, help="parquet file to write")
    options.add_argument(
        "--quality", type=Path, required=True, help="JSON: faithfulness by projection"
    )
    options.add_argument("--clusters", type=Path, required=True, help="parquet file to write")
    options.add_argument("--styles", type=Path, required=True, help="JSON: styles of the clusters")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    # Loaded now, so that the limit of threads below finds its OpenMP.
    import sklearn.cluster  # noqa: F401
    from protspace.stats import carriage, compute_statistics
    from protspace.stats.annotation_select import build_annotation_labels

    from steps.optional.faithfulness import Faithfulness
    from steps.optional.validity import Clusters, Validity

    projections = reductions(arguments.projections)
    sampled = samples(len(projections[0]["ids"]))
    if sampled:
        cli.log.info(sampled)
    annotations = pq.read_table(arguments.annotations).to_pandas()
    # Sums depend on the number of threads in their last digits.
    with threadpool_limits(1):
        found = compute_statistics(
            embedding_sets(arguments.embeddings),
            projections,
            rng_seed=arguments.random_state,
            params=_PARAMETERS,
            default_metric=_METRIC,
            annotations=build_annotation_labels(annotations, "auto"),
            statistics=[Clusters(), Validity(), Faithfulness()],
        )
    carriage.route_faithfulness_to_metadata(found, projections)
    clusters = annotations[["protein_id"]].copy()
    added = carriage.merge_annotation_columns(found, clusters)
    write_json(
        arguments.quality, {each["name"]: each["info"].get("quality") for each in projections}
    )
    write_json(arguments.styles, carriage.build_cluster_legend_settings(found, columns=added))
    _write(arguments.clusters, _text_table(clusters))
    _write(arguments.scores, scores := found.to_arrow())
    report.counts = {"scores": scores.num_rows, "cluster_columns": len(added)}
    report.parameters = {"random_state": arguments.random_state, **_PARAMETERS, "sampled": sampled}
    report.packages = ("protspace", "scikit-learn", "numpy", "pandas")


def samples(count: int) -> str:
    """Return a sentence on what scores and clusters of so many proteins come from, if a sample."""
    from protspace.stats.base import DEFAULT_SAMPLE_THRESHOLD

    parts = (("scores", DEFAULT_SAMPLE_THRESHOLD), ("clusters", _FITTED))
    named = [f"{name} are those of {most:,}" for name, most in parts if count > most]
    return f"Of {count:,} proteins, {' and '.join(named)}, drawn at random." if named else ""


def reductions(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the projections in the form of protspace's statistics, named as in the bundle."""
    metadata, _ = projection_tables(paths)
    return [
        {
            "name": note["projection_name"],
            "source": note["source"],
            "info": json.loads(note["info_json"]),
            "ids": table["protein_id"].to_pylist(),
            "data": table.select(["x", "y"]).to_pandas().to_numpy(),
        }
        for note, table in zip(metadata.to_pylist(), map(pq.read_table, paths), strict=True)
    ]


def embedding_sets(paths: Sequence[Path]) -> list["EmbeddingSet"]:
    """Return the embeddings in the form of protspace's statistics."""
    import numpy as np
    from protspace.data.loaders.embedding_set import EmbeddingSet

    # A projection of an embedding that is not there would be held for that of the only other one.
    similarity = EmbeddingSet(SIMILARITY, np.empty((0, 0), np.float32), [], precomputed=True)
    return [
        *(EmbeddingSet(name, matrix, ids) for name, ids, matrix in map(read_embeddings, paths)),
        similarity,
    ]


def _text_table(frame: "DataFrame") -> pa.Table:
    # pandas would make large_string of it, which is nothing that ProtSpace reads as text.
    columns = {name: pa.array(frame[name], pa.string(), from_pandas=True) for name in frame}
    return pa.table(columns).replace_schema_metadata(GRAMMAR)


def _write(path: Path, table: pa.Table) -> None:
    with replacing(path) as staged:
        pq.write_table(table, staged)
