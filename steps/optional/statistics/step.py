"""Score how far each projection can be trusted, and find clusters.

protspace's statistics: how well a projection keeps neighbours (faithfulness), how well annotations
separate in projections and embeddings (validity), and automatic clusters to colour by. Beside
these: how often neighbours share a label, against chance, and clusters by density, with names.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
from threadpoolctl import threadpool_limits

from steps import cli
from steps.annotate.cells import GRAMMAR, encode
from steps.config import defaults
from steps.files import replacing, write_json
from steps.optional.statistics import AUTO, CLUSTERINGS, SELECTIONS, SPACES
from steps.optional.statistics.spaces import embedding_sets, reductions
from steps.optional.statistics.summary import FITTED, faithfulness, samples, summary
from steps.project import numba_cache
from steps.project.parameters import METRICS

if TYPE_CHECKING:
    from pandas import DataFrame
    from protspace.stats.base import Statistic, StatsReport

# Before Numba is imported, which is only where clusters by density are wanted.
numba_cache.use_cache()

_PACKAGES = ("protspace", "scikit-learn", "numpy", "pandas", "faiss-cpu")


def main(argv: list[str] | None = None) -> None:
    """Run step statistics."""
    options = cli.parser("statistics", __doc__)
    options.add_argument("--embeddings", type=Path, nargs="+", required=True)
    options.add_argument("--projections", type=Path, nargs="+", required=True)
    options.add_argument("--annotations", type=Path, required=True)
    options.add_argument("--requested", nargs="*", default=[], metavar="NAME|TABLE")
    _add_choices(options)
    options.add_argument("--scores", type=Path, required=True, help="parquet file to write")
    options.add_argument(
        "--quality", type=Path, required=True, help="JSON: faithfulness by projection"
    )
    options.add_argument("--clusters", type=Path, required=True, help="parquet file to write")
    options.add_argument("--styles", type=Path, required=True, help="JSON: styles of the clusters")
    cli.run(options, _work, argv)


def _add_choices(options: argparse.ArgumentParser) -> None:
    add = options.add_argument
    add("--score", nargs="*", default=[AUTO], metavar="ANNOTATION")
    add("--clustering", nargs="*", choices=CLUSTERINGS, default=["kmeans"])
    add("--cluster-selection", choices=SELECTIONS, default=defaults.CLUSTER_SELECTION)
    add("--cluster-space", choices=SPACES, default=defaults.CLUSTER_SPACE)
    add("--min-cluster-size", type=_size, metavar="NUMBER|auto", help="of hdbscan")
    add("--metric", choices=METRICS, default=defaults.METRIC, help="between embeddings")
    add("--random-state", type=int, default=defaults.RANDOM_STATE)


def _size(text: str) -> int | None:
    return None if text == AUTO else int(text)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    # Loaded now, so that the limit of threads below finds its OpenMP.
    import sklearn.cluster  # noqa: F401
    from protspace.stats import carriage

    projections = reductions(arguments.projections)
    count = len(projections[0]["ids"])
    if sampled := samples(count, arguments.clustering):
        cli.log.info(sampled)
    table = pq.read_table(arguments.annotations)
    # Sums depend on the number of threads in their last digits.
    with threadpool_limits(1):
        found = _compute(arguments, projections, table)
    carriage.route_faithfulness_to_metadata(found, projections)
    clusters = table.select(["protein_id"]).to_pandas()
    added = carriage.merge_annotation_columns(found, clusters)
    write_json(
        arguments.quality, {each["name"]: each["info"].get("quality") for each in projections}
    )
    write_json(arguments.styles, carriage.build_cluster_legend_settings(found, columns=added))
    _write(arguments.clusters, _text_table(clusters))
    _write(arguments.scores, scores := found.to_arrow())
    report.counts = {"scores": scores.num_rows, "cluster_columns": len(added)}
    report.parameters = _parameters(arguments) | {"sampled": sampled} | summary(found)
    report.parameters["faithfulness"] = faithfulness(projections)
    by_density = ("fast-hdbscan", "numba") if "hdbscan" in arguments.clustering else ()
    report.packages = (*_PACKAGES, *by_density)


def _compute(
    arguments: argparse.Namespace, projections: list[dict[str, Any]], table: pa.Table
) -> "StatsReport":
    from protspace.stats import compute_statistics

    from steps.optional.statistics.values import chosen_labels

    labels = chosen_labels(table.to_pandas(), arguments.score, arguments.requested)
    return compute_statistics(
        embedding_sets(arguments.embeddings),
        projections,
        rng_seed=arguments.random_state,
        params={
            "cluster_selection": arguments.cluster_selection,
            "cluster_space": arguments.cluster_space,
            "max_fit_sample": FITTED,
        },
        default_metric=arguments.metric,
        annotations=labels,
        statistics=_statistics(arguments, table),
    )


def _statistics(arguments: argparse.Namespace, table: pa.Table) -> list["Statistic"]:
    from steps.optional.statistics.clusters import Comparison, KMeans
    from steps.optional.statistics.faithfulness import Faithfulness
    from steps.optional.statistics.hdbscan import Hdbscan
    from steps.optional.statistics.knn_agreement import KnnAgreement
    from steps.optional.statistics.validity import Validity
    from steps.optional.statistics.values import naming

    wanted: list[Statistic] = []
    if "kmeans" in arguments.clustering:
        wanted.append(KMeans(Comparison()))
    if "hdbscan" in arguments.clustering:
        names = naming(table, arguments.score)
        wanted.append(Hdbscan(arguments.min_cluster_size, names, Comparison()))
    return [*wanted, Validity(), Faithfulness(), KnnAgreement(arguments.metric)]


def _parameters(arguments: argparse.Namespace) -> dict[str, Any]:
    names = ("random_state", "metric", "score", "clustering", "cluster_selection", "cluster_space")
    given = {name: getattr(arguments, name) for name in names}
    return given | {"min_cluster_size": arguments.min_cluster_size or AUTO, "fitted": FITTED}


def _text_table(frame: "DataFrame") -> pa.Table:
    # pandas would make large_string of it, which is nothing that ProtSpace reads as text.
    first, *names = (pa.array(frame[name], pa.string(), from_pandas=True) for name in frame)
    columns = [first, *map(_encoded, names)]
    return pa.table(columns, list(frame)).replace_schema_metadata(GRAMMAR)


def _encoded(labels: pa.Array) -> pa.Array:
    coded = labels.dictionary_encode()
    return encode(coded.dictionary.to_pylist()).take(coded.indices)


def _write(path: Path, table: pa.Table) -> None:
    with replacing(path) as staged:
        pq.write_table(table, staged)
