"""UMAP's layout of ours beside that of umap-learn, on the same neighbours and from the same start.

For each data set the mean over three seeds of trustworthiness, continuity (Venna & Kaski 2006),
the share of the 15 nearest neighbours that are kept, and how often the nearest point of a map has
the label of its own; on at most 4,000 points. Scores are scikit-learn's; those of step statistics
are printed for the first data sets, computed independently.

    python benchmarks/map_quality.py --toxins toxins.tsv.gz --phospholipases proteins.fasta

Toxins are a table with the columns families and sequence, phospholipases a FASTA file (no labels),
the UniProt proteins those of Debian's package mmseqs2-examples. What is not there is left out;
digits and blobs are made by scikit-learn.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from embedders import EXAMPLES, embed, named, toxins
from measure import ROOT

sys.path.insert(0, str(ROOT))
from steps.project import numba_cache, threads

threads.use_one()
numba_cache.use_cache()

from sklearn.datasets import load_digits, make_blobs  # noqa: E402  (after the limit of threads)
from sklearn.manifold import trustworthiness  # noqa: E402
from sklearn.neighbors import NearestNeighbors  # noqa: E402

from steps.optional.statistics.faithfulness import Space, _scores  # noqa: E402
from steps.project.knn.search import nearest_neighbors  # noqa: E402
from steps.project.step import DEFAULTS, reduce  # noqa: E402
from steps.project.umap import reducer  # noqa: E402

SEEDS, NEIGHBOURS, SAMPLE, SIZE = (1, 2, 3), 15, 4000, 20_000
#: How much less than umap-learn's a score of ours may be.
ALLOWED = 0.01
SCORES = ("trustworthiness", "continuity", "kNN overlap", "label")
#: Data sets whose scores are computed twice.
CHECKED = ("toxins", "phospholipases")

Set = tuple[str, np.ndarray, np.ndarray]


def sets(arguments: argparse.Namespace) -> Iterator[Set]:
    """Yield name, embeddings and labels ("" where unknown)."""
    if arguments.toxins:
        found = toxins(arguments.toxins)
        yield "toxins", embed("kmers", found.sequences), np.array(found.labels["family"])
    if arguments.phospholipases:
        sequences = read_fasta(arguments.phospholipases)
        yield "phospholipases", embed("kmers", sequences), np.full(len(sequences), "")
    digits = load_digits()
    yield "digits", digits.data.astype(np.float32), digits.target.astype(str)
    blobs, groups = make_blobs(5000, 64, centers=40, cluster_std=4.0, random_state=0)
    yield "blobs", blobs.astype(np.float32), groups.astype(str)
    if EXAMPLES.exists():
        proteins = named()
        rows = slice(SIZE)
        labels = np.array(proteins.labels["name"])
        yield "UniProt", embed("kmers", proteins.sequences[rows]), labels[rows]


def read_fasta(path: Path) -> list[str]:
    """Return the sequences of a FASTA file."""
    records = re.findall(r">.*\n([^>]+)", path.read_text(encoding="utf-8"))
    return ["".join(text.split()).upper() for text in records]


def lay_out(data: np.ndarray, layout: str, seed: int) -> np.ndarray:
    wanted = {"metric": "euclidean", "n_neighbors": NEIGHBOURS, "min_dist": 0.1, "layout": layout}
    return reduce(data, "umap", DEFAULTS | wanted | {"random_state": seed})[0]


def scores(data: np.ndarray, points: np.ndarray, labels: np.ndarray) -> list[float]:
    """Return the scores, in the order of `SCORES`."""
    near, high = (
        NearestNeighbors(n_neighbors=NEIGHBOURS).fit(each).kneighbors(return_distance=False)
        for each in (points, data)
    )
    kept = (near[:, :, None] == high[:, None, :]).any(axis=1).mean()
    known = labels != ""
    agreeing = np.nan
    if known.any():
        fitted = NearestNeighbors(n_neighbors=1).fit(points[known])
        closest = fitted.kneighbors(return_distance=False)[:, 0]
        agreeing = (labels[known][closest] == labels[known]).mean()
    trusted = trustworthiness(data, points, n_neighbors=NEIGHBOURS)
    return [trusted, trustworthiness(points, data, n_neighbors=NEIGHBOURS), kept, agreeing]


def independent(data: np.ndarray, points: np.ndarray) -> list[float]:
    """Return the first three scores by step statistics."""
    high, low = (Space.of(each.astype(float), "euclidean", NEIGHBOURS) for each in (data, points))
    found = {name: value for name, value, _ in _scores(high, low, 0)}
    return [found["trustworthiness"], found["continuity"], found["knn_overlap"]]


def compare(name: str, data: np.ndarray, labels: np.ndarray) -> None:
    """Print a row for each layout, and by how much ours is worse at most."""
    near = nearest_neighbors(data, NEIGHBOURS, "euclidean", threads=2)
    reducer.nearest_neighbors = lambda *_: near  # type: ignore[assignment]
    rows = np.sort(np.random.default_rng(0).permutation(len(data))[:SAMPLE])
    means = {}
    for layout in ("umap-learn", "blocks"):
        maps = [lay_out(data, layout, seed)[rows] for seed in SEEDS]
        found = np.array([scores(data[rows], points, labels[rows]) for points in maps])
        means[layout] = found.mean(axis=0)
        print_row(f"{name} ({len(data)}), {layout}", means[layout], found.std(axis=0))
    if name in CHECKED:
        print_row("  the same by step statistics", independent(data[rows], maps[0]), found[0])
    worst = float(np.nanmax(means["umap-learn"] - means["blocks"]))
    print(f"ratio map-quality-{name} {worst / ALLOWED:.3f} 1.0", flush=True)


def print_row(name: str, values: np.ndarray | list[float], beside: np.ndarray) -> None:
    cells = [f"{value:.4f} ({other:.4f})" for value, other in zip(values, beside, strict=False)]
    print(f"{name:<32}" + "".join(f"{cell:>18}" for cell in cells), flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--toxins", type=Path, help="table of toxins, .tsv.gz")
    options.add_argument("--phospholipases", type=Path, help="FASTA file")
    options.add_argument("--only", nargs="+", help="names of data sets")
    arguments = options.parse_args()
    print(f"{'mean of three seeds (deviation)':<32}" + "".join(f"{name:>18}" for name in SCORES))
    for name, data, labels in sets(arguments):
        if not arguments.only or name in arguments.only:
            compare(name, data, labels)


if __name__ == "__main__":
    main()
