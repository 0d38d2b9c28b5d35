"""Scores of projections and annotations, and clusters: protspace's statistics, and more."""

from typing import Final

#: In place of names of annotations, or of a number: what fits the data set.
AUTO: Final = "auto"
#: How clusters are found.
CLUSTERINGS = ("kmeans", "hdbscan")
#: Choices of `protspace stats`: how many clusters of k-means, and where they are found.
SELECTIONS = ("elbow", "silhouette", "both")
SPACES = ("both", "projection", "embedding")
