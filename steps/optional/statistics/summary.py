"""What the report of step statistics says: samples, scores of projections, clusters."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from protspace.stats.base import StatsReport

#: The sample that k-means is fitted to; that of `protspace stats` has 50,000.
FITTED = 10_000


def samples(count: int, clustering: Sequence[str]) -> str:
    """Return a sentence on what scores and clusters of so many proteins come from, if a sample."""
    from protspace.stats.base import DEFAULT_SAMPLE_THRESHOLD

    from steps.optional.statistics.knn_agreement import SAMPLE

    sizes = {"scores": DEFAULT_SAMPLE_THRESHOLD, "agreement of neighbours": SAMPLE}
    if "kmeans" in clustering:
        sizes["clusters by k-means"] = FITTED
    drawn = ", ".join(f"{name} {size:,}" for name, size in sizes.items() if count > size)
    return f"Of {count:,} proteins, samples were drawn at random: {drawn}." if drawn else ""


def summary(found: "StatsReport") -> dict[str, Any]:
    """Return the agreement of neighbours and the clusters, by space."""
    agreement: dict[str, Any] = {}
    clusters: dict[str, Any] = {}
    parted: dict[str, dict[str, int]] = {}
    for row in found.rows:
        if row.metric == "knn_agreement":
            notes = {name: row.extra[name] for name in ("null_mean", "p", "n_labels")}
            of_space = agreement.setdefault(row.space_name, {})
            of_space[row.annotation] = {"value": row.value} | notes
        elif row.metric == "n_clusters" and row.label_kind == "hdbscan":
            notes = {name: row.extra[name] for name in ("min_cluster_size", "noise")}
            named = {"clusters": int(row.value), "named": len(row.extra["names"])}
            clusters[row.space_name] = named | notes
        elif row.metric == "n_clusters" and row.label_kind.startswith("kmeans_"):
            selection = row.label_kind.removeprefix("kmeans_")
            parted.setdefault(row.space_name, {})[selection] = int(row.value)
    return {"knn_agreement": agreement, "hdbscan": clusters, "kmeans": parted}


def faithfulness(projections: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the scores of each projection, their number of neighbours, and of how many proteins.

    Args:
        projections: with the scores in their `info`, as protspace puts them there.
    """
    found: dict[str, Any] = {}
    for each in projections:
        scores = each["info"].get("quality") or {}
        first = next(iter(scores.values()), None)
        if first is not None:
            notes = {"neighbors": first["k"], "proteins": first["sample_size"]}
            found[each["name"]] = notes | {name: row["value"] for name, row in scores.items()}
    return found
