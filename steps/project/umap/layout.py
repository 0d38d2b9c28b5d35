"""Lay out UMAP's graph, with the same bytes for any number of threads.

umap-learn moves points along one edge of the kNN graph after the other: with several threads the
result differs from run to run, so it uses one where there is a seed. Here points are split into
blocks, and edges into rounds of disjoint pairs of blocks (a round-robin schedule), so threads that
take different pairs of a round never move the same point. Attraction, repulsion,
sampling and step sizes are those of umap-learn; but repulsion sees where points were at the start
of the round, and the samples of one edge push together, not one after the other.
"""

import numba
import numpy as np

from steps.project.umap.forces import Number, clipped, following, force, forces
from steps.project.umap.schedule import BLOCKS, Floats, Ints, schedule

NEGATIVE_SAMPLES = 5
#: Edges of which those that are due are listed before they are used: a processor that looks ahead
#: guesses wrong where it meets both kinds one after the other.
_AT_ONCE = 1024


def lay_out(
    start: Floats,
    edges: tuple[Ints, Ints, Floats],
    curve: tuple[float, float],
    epochs: int,
    seed: int,
) -> Floats:
    """Return coordinates (float32, shape (n, 2)); use as many threads as Numba may.

    Args:
        start: where points begin, shape (n, 2).
        edges: heads, tails and weights of the graph, each of shape (m,).
        curve: UMAP's a and b.
    """
    # The points of a block are contiguous: threads must not share cache lines.
    order = np.argsort(np.arange(len(start)) % BLOCKS, kind="stable")
    place = np.argsort(order).astype(np.int32)
    heads, tails, every, rounds = schedule(*edges, epochs)
    points = np.ascontiguousarray(start[order], dtype=np.float32)
    states = np.random.default_rng(seed).integers(1, 2**32, len(points), dtype=np.uint32)
    due, negatives_due = every.copy(), every / np.float32(NEGATIVE_SAMPLES)
    edge = (place[heads], place[tails], every, due, negatives_due)
    _move(points, rounds, *edge, states, *forces(*curve), epochs)
    return points[place]


@numba.njit(cache=True)
def _move_along(
    points: Floats,
    before: Floats,
    chosen: Ints,
    count: int,
    heads: Ints,
    tails: Ints,
    every: Floats,
    due: Floats,
    negatives_due: Floats,
    states: Ints,
    pulls: Floats,
    pushes: Floats,
    step: Number,
    epoch: Number,
) -> None:
    """Move points along some edges of two blocks."""
    for place in range(count):
        edge = chosen[place]
        head, tail = np.uint64(heads[edge]), np.uint64(tails[edge])
        x, y = points[head, 0], points[head, 1]
        dx, dy = x - points[tail, 0], y - points[tail, 1]
        square = dx * dx + dy * dy
        if square > 0:
            pull = force(pulls, square)
            dx, dy = clipped(pull * dx) * step, clipped(pull * dy) * step
            x, y = x + dx, y + dy
            points[tail, 0] -= dx
            points[tail, 1] -= dy
        due[edge] += every[edge]
        between, state = every[edge] / np.float32(NEGATIVE_SAMPLES), states[head]
        samples = int((epoch - negatives_due[edge]) / between)
        away_x = away_y = np.float32(0)
        for _ in range(samples):
            state = following(state)
            # Any point, without a division.
            other = (np.uint64(state) * np.uint64(len(points))) >> np.uint64(32)
            dx, dy = x - before[other, 0], y - before[other, 1]
            square = dx * dx + dy * dy
            if other != head and square > 0:
                push = force(pushes, square)
                away_x += clipped(push * dx)
                away_y += clipped(push * dy)
        states[head] = state
        negatives_due[edge] += samples * between
        points[head, 0], points[head, 1] = x + away_x * step, y + away_y * step


@numba.njit(cache=True)
def _move_pair(
    points: Floats,
    before: Floats,
    first: int,
    last: int,
    heads: Ints,
    tails: Ints,
    every: Floats,
    due: Floats,
    negatives_due: Floats,
    states: Ints,
    pulls: Floats,
    pushes: Floats,
    step: Number,
    epoch: Number,
) -> None:
    """Move points along the edges of two blocks that are due in this epoch."""
    chosen = np.empty(_AT_ONCE, np.uint32)
    for begin in range(first, last, _AT_ONCE):
        count = 0
        for edge in range(begin, min(begin + _AT_ONCE, last)):
            chosen[count] = edge
            count += due[edge] <= epoch
        _move_along(
            points, before, chosen, count, heads, tails, every, due,
            negatives_due, states, pulls, pushes, step, epoch,
        )  # fmt: skip


@numba.njit(cache=True, parallel=True)
def _move(
    points: Floats,
    rounds: Ints,
    heads: Ints,
    tails: Ints,
    every: Floats,
    due: Floats,
    negatives_due: Floats,
    states: Ints,
    pulls: Floats,
    pushes: Floats,
    epochs: int,
) -> None:
    before = np.empty_like(points)
    for epoch in range(epochs):
        now, step = np.float32(epoch), np.float32(1 - epoch / epochs)
        for bounds in rounds:
            before[:] = points
            for pair in numba.prange(len(bounds)):
                _move_pair(
                    points, before, bounds[pair, 0], bounds[pair, 1], heads, tails, every, due,
                    negatives_due, states, pulls, pushes, step, now,
                )  # fmt: skip
