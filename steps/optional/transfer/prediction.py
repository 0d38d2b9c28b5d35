"""Predict labels of proteins from their nearest neighbours, as protspace's `transfer` does.

Of the k nearest references of a protein, each label has the reliability index of Littmann et al.
2021 (doi:10.1038/s41598-020-80786-0): the sum of its neighbours' similarities over k. The label
with the highest is transferred; its source is the nearest neighbour that has it.
"""

from dataclasses import dataclass

import numpy as np

from steps.optional.transfer.neighbors import Exact, Floats, Neighbors, Rows

#: protspace's `--max-distance auto`: of distances between references, of so many at most.
_PERCENTILE, _SAMPLE = 95, 10_000


@dataclass(frozen=True)
class Predictions:
    """For each query the label's number, its reliability, and the place of its source among k."""

    codes: Rows
    reliabilities: Exact
    places: Rows


def similarities(distances: Floats, metric: str) -> Exact:
    """Return the similarity, 0 to 1, of each distance: 1 - d for cosine, else 0.5 / (0.5 + d)."""
    exact = distances.astype(np.float64)
    similar: Exact = np.clip(1 - exact, 0, 1) if metric == "cosine" else 0.5 / (0.5 + exact)
    return similar


def predict(near: Neighbors, codes: Rows, metric: str) -> Predictions:
    """Return the label that the neighbours give each query; `codes` are those of all references.

    Among equally reliable labels the nearer one is taken, then the first by name.
    """
    labels = codes[near.rows]
    similar = similarities(near.distances, metric)
    everyone = np.arange(len(labels))
    best, reliability = np.zeros(len(labels), dtype=np.intp), np.full(len(labels), -1.0)
    for place in range(labels.shape[1]):
        same = labels == labels[:, [place]]
        index = np.zeros(len(labels))
        for other in range(labels.shape[1]):
            index += np.where(same[:, other], similar[:, other], 0)
        distance, nearest = near.distances[:, place], near.distances[everyone, best]
        first = labels[:, place] < labels[everyone, best]
        nearer = (distance < nearest) | ((distance == nearest) & first)
        better = (index > reliability) | ((index == reliability) & nearer)
        best, reliability = np.where(better, place, best), np.where(better, index, reliability)
    return Predictions(labels[everyone, best], reliability / labels.shape[1], best)


def sample_of(count: int, most: int = _SAMPLE) -> Rows:
    """Return the rows of at most so many references, the same of as many at each time."""
    rows = np.arange(count)
    if count > most:
        rows = np.sort(np.random.default_rng(0).choice(rows, most, replace=False))
    return rows


def usual_distance(near: Neighbors) -> float:
    """Return the distance within which 95 % of references have another one.

    Args:
        near: other references near to each of `sample_of` them; at least one.
    """
    return float(np.percentile(near.distances[:, 0], _PERCENTILE))
