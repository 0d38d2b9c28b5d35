"""A tenth of the proteins of a map taken out and placed on the map of the rest.

For each data set the mean over three draws of how often the ten nearest points of a map have the
label of a protein (`labels`), of the distance from the middle of its ten nearest proteins in the
embedding, in spreads of the map (`error`, median), and of the share of these ten that are nearest
on the map, too (`kept`): on the map of all proteins, placed by us, and placed by umap-learn's
transform on the same map of the rest.

    python benchmarks/held_out.py --toxins toxins.tsv.gz

Data sets are those of map_quality.py. `ratio held-out` is by how much labels agree less where
proteins are placed than on the map of all, over the 0.02 that are allowed.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
from map_quality import sets
from measure import ROOT

sys.path.insert(0, str(ROOT))
from sklearn.neighbors import NearestNeighbors
from umap import UMAP

from steps.project.placing.umap import place
from steps.project.step import DEFAULTS, reduce

DRAWS, SHARE, NEAREST, ALLOWED = 3, 10, 10, 0.02
WANTED = {"metric": "euclidean", "n_neighbors": 25, "min_dist": 0.1, "random_state": 42}
HEAD = f"{'':<16}{'':<14}{'labels':>8}{'error':>8}{'kept':>8}"


def nearest(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Return which ten of others are nearest to each point."""
    found = NearestNeighbors(n_neighbors=NEAREST).fit(others)
    return found.kneighbors(points, return_distance=False)


def scores(
    points: np.ndarray, rest: np.ndarray, near: np.ndarray, labels: tuple[np.ndarray, np.ndarray]
) -> tuple[float, float, float]:
    """Return agreement of labels, placement error and kept neighbours of points among the rest.

    Args:
        near: which of the rest are nearest in the embedding, shape (points, 10).
        labels: those of the points, and those of the rest; "" where unknown.
    """
    own, others = labels
    on_map, known = nearest(points, rest), own != ""
    spread = np.sqrt(((rest - rest.mean(axis=0)) ** 2).sum(axis=1).mean())
    away = np.linalg.norm(points - np.median(rest[near], axis=1), axis=1) / spread
    kept = (on_map[:, :, None] == near[:, None, :]).any(axis=2).mean()
    same = others[on_map[known]] == own[known][:, None]
    return float(same.mean()), float(np.median(away)), float(kept)


def by_umap_learn(new: np.ndarray, old: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return where umap-learn places new proteins on a map that is given."""
    wanted = {**WANTED, "n_epochs": 1, "n_jobs": 1, "init": points.copy()}
    fitted = UMAP(**wanted).fit(old)
    fitted.embedding_, fitted.n_epochs = points.copy(), None
    return fitted.transform(new)


def draw(data: np.ndarray, labels: np.ndarray, whole: np.ndarray, seed: int) -> np.ndarray:
    """Return the scores of one draw: a row for each way."""
    rows = np.random.default_rng(seed).permutation(len(data))
    out, rest = np.sort(rows[: len(data) // SHARE]), np.sort(rows[len(data) // SHARE :])
    points = reduce(data[rest], "umap", DEFAULTS | WANTED)[0]
    placed = place(data[out], data[rest], points, WANTED)[0]
    theirs = by_umap_learn(data[out], data[rest], points)
    near, named = nearest(data[out], data[rest]), (labels[out], labels[rest])
    maps = ((whole[out], whole[rest]), (placed, points), (theirs, points))
    return np.array([scores(new, old, near, named) for new, old in maps])


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--toxins", type=Path, help="table with columns families and sequence")
    arguments = options.parse_args()
    arguments.phospholipases = None
    print(HEAD)
    for name, data, labels in sets(arguments):
        whole = reduce(data, "umap", DEFAULTS | WANTED)[0]
        found = np.mean([draw(data, labels, whole, seed) for seed in range(DRAWS)], axis=0)
        for way, row in zip(("map of all", "placed", "umap-learn"), found, strict=True):
            print(f"{name:<16}{way:<14}" + "".join(f"{value:>8.3f}" for value in row), flush=True)
        print(f"ratio held-out-{name.lower()} {(found[0, 0] - found[1, 0]) / ALLOWED:.3f} 1.0")


if __name__ == "__main__":
    main()
