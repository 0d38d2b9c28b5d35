"""Move new points of a UMAP along the edges to their neighbours; the old ones stay.

No new point sees another, so threads share nothing that any of them changes.
"""

import numba
import numpy as np

from steps.project.umap.forces import Number, clipped, following, force
from steps.project.umap.schedule import Floats, Ints

_NEGATIVE_SAMPLES = 5
#: A quarter of the steps with which a map is made, as umap-learn takes.
_FIRST_STEP = 0.25
#: Rounds of bisection, how near is near enough, and what a bandwidth is at least, as a share of the
#: mean distance.
_ROUNDS, _CLOSE, _LEAST = 64, 1e-5, 1e-3


@numba.njit(cache=True)
def bandwidths(beyond: Floats, means: Floats) -> Floats:
    """Return the bandwidth of each point, by which its weights add up to log2(k + 1).

    Args:
        beyond: what k neighbours are farther away by than the nearest, shape (n, k).
        means: mean distance of the neighbours of each point, shape (n,).
    """
    found = np.empty(len(beyond), np.float32)
    target = np.log2(beyond.shape[1] + 1)
    for row in range(len(beyond)):
        low, high, width = 0.0, np.inf, 1.0
        for _ in range(_ROUNDS):
            total = np.exp(-beyond[row] / np.float32(width)).sum()
            if abs(total - target) < _CLOSE:
                break
            if total > target:
                high = width
            else:
                low = width
            width = (low + high) / 2 if high < np.inf else width * 2
        found[row] = max(width, _LEAST * means[row])
    return found


@numba.njit(cache=True)
def _move_one(
    own: Floats,
    old: Floats,
    tails: Ints,
    every: Floats,
    state: Number,
    pulls: Floats,
    pushes: Floats,
    epochs: int,
) -> None:
    """Move one point, shape (2,), in all epochs."""
    x, y = own[0], own[1]
    due, pushes_due = every.copy(), every / np.float32(_NEGATIVE_SAMPLES)
    for epoch in range(epochs):
        step = np.float32(_FIRST_STEP * (1 - epoch / epochs))
        for edge in range(len(tails)):
            if due[edge] > epoch:
                continue
            due[edge] += every[edge]
            dx, dy = x - old[tails[edge], 0], y - old[tails[edge], 1]
            square = dx * dx + dy * dy
            if square > 0:
                pull = force(pulls, square)
                x, y = x + clipped(pull * dx) * step, y + clipped(pull * dy) * step
            between = every[edge] / np.float32(_NEGATIVE_SAMPLES)
            samples = int((epoch - pushes_due[edge]) / between)
            pushes_due[edge] += samples * between
            for _ in range(samples):
                state = following(state)
                other = (np.uint64(state) * np.uint64(len(old))) >> np.uint64(32)
                dx, dy = x - old[other, 0], y - old[other, 1]
                square = dx * dx + dy * dy
                if square > 0:
                    push = force(pushes, square)
                    x, y = x + clipped(push * dx) * step, y + clipped(push * dy) * step
    own[0], own[1] = x, y


@numba.njit(cache=True, parallel=True)
def move(
    new: Floats,
    old: Floats,
    tails: Ints,
    every: Floats,
    states: Ints,
    pulls: Floats,
    pushes: Floats,
    epochs: int,
) -> None:
    """Move new points, shape (n, 2), in place.

    Args:
        old: coordinates of the map, shape (m, 2).
        tails: neighbours of each new point on the map, shape (n, k).
        every: epochs between two uses of each edge, shape (n, k).
        states: where the random numbers of each point begin, uint32, shape (n,).
    """
    for row in numba.prange(len(new)):
        _move_one(new[row], old, tails[row], every[row], states[row], pulls, pushes, epochs)
