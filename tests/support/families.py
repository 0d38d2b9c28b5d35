"""The simulated families of the examples, embedded, and maps from which some are held out."""

from dataclasses import dataclass

import numpy as np

from steps.embed.models import Options, get_embedder
from steps.project.step import DEFAULTS, reduce
from tests.support.snakemake_run import EXAMPLE, LABELS

PARAMETERS = DEFAULTS | {
    "metric": "euclidean",
    "n_neighbors": 15,
    "min_dist": 0.1,
    "random_state": 42,
}


def families():
    """Return embeddings (n, d) and the family of each."""
    records = [record.split("\n", 1) for record in EXAMPLE.read_text().split(">")[1:]]
    sequences = [text.replace("\n", "") for _, text in records]
    rows = dict(line.split("\t")[:2] for line in LABELS.read_text().splitlines())
    ((_, data),) = get_embedder("kmers", Options()).embed(sequences, lambda count: None)
    labels = [rows[header.split("|")[1]] for header, _ in records]
    return data.astype(np.float32), np.array(labels)


@dataclass(frozen=True)
class HeldOut:
    """A map of most proteins, the places of the rest on a map of all, and embeddings of both."""

    old: np.ndarray
    new: np.ndarray
    old_labels: np.ndarray
    new_labels: np.ndarray
    map: np.ndarray
    whole: np.ndarray
    rest: np.ndarray


def held_out(method):
    """Return maps by a method, from one of which a tenth is held out."""
    data, labels = families()
    out = np.zeros(len(data), bool)
    out[np.random.default_rng(0).choice(len(data), len(data) // 10, replace=False)] = True
    everything, _ = reduce(data, method, PARAMETERS)
    coordinates, _ = reduce(data[~out], method, PARAMETERS)
    sides = data[~out], data[out], labels[~out], labels[out]
    return HeldOut(*sides, coordinates, everything[~out], everything[out])


def agreement(points, others, labels, theirs, count=10):
    """Return how often the nearest `others` of points on a map share their label."""
    apart = np.square(points[:, None] - others[None]).sum(axis=-1)
    return float((theirs[np.argsort(apart, axis=1)[:, :count]] == labels[:, None]).mean())


def placement_error(points, others, near):
    """Return how far points are from their neighbours, in spreads of the map, as a median.

    Args:
        near: rows of `others` that are nearest to each point in the embedding, shape (n, k).
    """
    spread = np.sqrt(np.square(others - others.mean(axis=0)).sum(axis=1).mean())
    middles = np.median(others[near], axis=1)
    return float(np.median(np.linalg.norm(points - middles, axis=1)) / spread)
