"""Find nearest neighbours in embedding space, exact within a fixed sample of the proteins."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from steps.hdf5.keys import dataset_name
from steps.hdf5.linked import parts

#: Proteins whose neighbours are compared, whatever the size of the data set.
SAMPLE = 2_000
_NEIGHBOURS = 10
_SEED = 0

#: Numbers of rows of a table.
type Rows = NDArray[np.intp]


def sample(count: int, size: int = SAMPLE) -> Rows:
    """Return at most `size` of `count` rows in ascending order, the same ones each time."""
    if count <= size:
        return np.arange(count)
    return np.sort(np.random.default_rng(_SEED).permutation(count)[:size])


def nearest(path: Path, identifiers: Sequence[str]) -> tuple[Rows, Rows]:
    """Return sampled rows, shape (n,), and the rows of their nearest neighbours, (n, k).

    Only the sample is read, and neighbours are searched in it. Proteins without an embedding are
    left out; k is 0 for fewer than three proteins.

    Args:
        path: HDF5 file of embeddings.
        identifiers: those of all proteins, in the order of the rows.
    """
    rows, found = [], []
    with ExitStack() as stack:
        files = [stack.enter_context(h5py.File(part)) for part in parts(path)]
        for row in sample(len(identifiers)):
            name = dataset_name(identifiers[row])
            for file in files:
                if name in file:
                    rows.append(row)
                    found.append(file[name][()].ravel())
    taken = np.array(rows, dtype=np.intp)
    if len(taken) < 3:
        return taken, np.empty((len(taken), 0), dtype=np.intp)
    return taken, taken[_nearest(np.stack(found).astype(np.float32))]


def _nearest(points: NDArray[np.float32]) -> Rows:
    """Return the k nearest other points of each by Euclidean distance, shape (n, k)."""
    points = points - points.mean(axis=0)
    squares = (points**2).sum(axis=1)
    # Sums depend on the number of threads in their last digits.
    with threadpool_limits(1):
        distances = squares[:, None] + squares - 2 * (points @ points.T)
    np.fill_diagonal(distances, np.inf)
    # A tenth of a small data set at most, else all would be neighbours.
    count = min(_NEIGHBOURS, max(2, len(points) // 10))
    return np.argpartition(distances, count, axis=1)[:, :count]
