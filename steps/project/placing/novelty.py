"""How far new proteins are from all old ones, measured by how far these are from each other."""

import numpy as np
import numpy.typing as npt

from steps.project.knn.points import drawn
from steps.project.knn.search import nearest_references

Floats = npt.NDArray[np.float32]

#: From here on a protein is said to have no near neighbour.
FAR = 0.95
#: Old proteins whose nearest other one is looked for, where nothing has listed it yet.
_SAMPLE = 2000


def novelty(nearest: Floats, usual: Floats) -> Floats:
    """Return the share of old proteins that are nearer to another old one than each new protein.

    0 is as near as any old one is to another, 1 farther than all of them.

    Args:
        nearest: distance of each new protein to the nearest old one, shape (n,).
        usual: distances of old proteins to their nearest other one, shape (m,); without any, all
            that is no twin of an old protein is novel.
    """
    if not len(usual):
        return np.asarray(nearest > 0, dtype=np.float32)
    places = np.searchsorted(np.sort(usual), nearest, side="left")
    return np.asarray(places / len(usual), dtype=np.float32)


def usual_distances(old: Floats, metric: str, threads: int = 1) -> Floats:
    """Return the distances of a sample of old proteins to their nearest other one.

    Args:
        old: embeddings, float32, shape (m, d).
        metric: "euclidean", "cosine" or "manhattan".
    """
    if len(old) < 2:
        return np.empty(0, dtype=np.float32)
    rows = drawn(len(old), _SAMPLE)
    found = nearest_references(np.asarray(old[rows]), old, 2, metric, threads)
    itself = found.indices == rows[:, None]
    # A twin may have come first, and the protein itself not be among the two.
    itself[~itself.any(axis=1), 0] = True
    return np.asarray(found.distances[~itself])
