"""Parameters of the methods, with the metrics that protspace's command line names."""

from dataclasses import dataclass, field

from protspace.utils.constants import DimensionReductionConfig

#: Distances between embeddings, for UMAP and t-SNE. `protspace project --metric manhattan` is in
#: protspace's help, but its reducers refuse it.
METRICS = ("euclidean", "cosine", "manhattan")


@dataclass(frozen=True)
class ReductionConfig(DimensionReductionConfig):  # type: ignore[misc]  # protspace is untyped
    """protspace's parameters and their limits, with all of `METRICS`."""

    metric: str = field(default="euclidean", metadata={"allowed": list(METRICS)})
