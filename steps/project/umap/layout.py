"""Lay out UMAP's graph, with the same bytes for any number of threads.

umap-learn moves points along one edge of the kNN graph after the other: with several threads the
result differs from run to run, so it uses one where there is a seed. Here points are split into
blocks, and edges into rounds of disjoint pairs of blocks (a round-robin schedule), so threads that
take different pairs of a round never move the same point. Attraction, repulsion,
sampling and step sizes are those of umap-learn; but repulsion sees where points were at the start
of the round, and the samples of one edge push together, not one after the other.
"""

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

#: A number of float32 or uint32; Numba compiles for the type it gets.
Number = Any
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.integer[Any]]

#: Blocks of points: half as many threads can be at work. The layout depends on it.
BLOCKS = 8
NEGATIVE_SAMPLES = 5


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
    place = np.argsort(order)
    heads, tails, every, rounds = _schedule(*edges, epochs)
    points = np.ascontiguousarray(start[order], dtype=np.float32)
    states = np.random.default_rng(seed).integers(1, 2**32, len(points), dtype=np.uint32)
    due, negatives_due = every.copy(), every / np.float32(NEGATIVE_SAMPLES)
    a, b = map(np.float32, curve)
    edge = (place[heads], place[tails], every, due, negatives_due)
    _move(points, rounds, *edge, states, a, b, epochs)
    return points[place]


def _schedule(
    heads: Ints, tails: Ints, weights: Floats, epochs: int
) -> tuple[Ints, Ints, Floats, Ints]:
    """Return heads and tails by pairs of blocks, epochs between uses of each edge, and bounds.

    The bounds, shape (rounds, pairs, 2), are where the edges of each pair begin and end.
    """
    used = weights >= weights.max() / epochs
    heads, tails, weights = heads[used], tails[used], weights[used]
    rounds = _tournament(BLOCKS)
    number = np.empty((BLOCKS, BLOCKS), dtype=np.int64)
    for at, pairs in enumerate(rounds):
        # Spread over the slots of a round, of which each thread takes consecutive ones.
        for position, (one, other) in enumerate(pairs):
            place = at * BLOCKS + position * BLOCKS // len(pairs)
            number[one, other] = number[other, one] = place
    of_edge = number[heads % BLOCKS, tails % BLOCKS]
    order = np.argsort(of_edge, kind="stable")
    ends = np.searchsorted(of_edge[order], np.arange(BLOCKS * BLOCKS + 1))
    bounds = np.stack([ends[:-1], ends[1:]], axis=1).reshape(BLOCKS, BLOCKS, 2)
    every = (weights.max() / weights[order]).astype(np.float32)
    return heads[order], tails[order], every, bounds


def _tournament(count: int) -> list[list[tuple[int, int]]]:
    """Return a round-robin schedule: every pair of blocks once per epoch."""
    rounds, circle = [[(block, block) for block in range(count)]], list(range(count))
    for _ in range(count - 1):
        rounds.append([(circle[at], circle[-1 - at]) for at in range(count // 2)])
        circle = [circle[0], circle[-1], *circle[1:-1]]
    return rounds


@numba.njit(cache=True)
def _clipped(value: Number) -> Number:
    return min(max(value, np.float32(-4)), np.float32(4))


@numba.njit(cache=True)
def _next(state: Number) -> Number:
    """Return the next state of Marsaglia's xorshift."""
    state ^= (state << np.uint32(13)) & np.uint32(0xFFFFFFFF)
    state ^= state >> np.uint32(17)
    return state ^ ((state << np.uint32(5)) & np.uint32(0xFFFFFFFF))


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
    a: Number,
    b: Number,
    step: Number,
    epoch: Number,
) -> None:
    """Move points along the edges of two blocks that are due in this epoch."""
    for edge in range(first, last):
        if due[edge] > epoch:
            continue
        head, tail = heads[edge], tails[edge]
        x, y = points[head, 0], points[head, 1]
        dx, dy = x - points[tail, 0], y - points[tail, 1]
        square = dx * dx + dy * dy
        if square > 0:
            power = square**b
            pull = np.float32(-2) * a * b * power / (square * (a * power + np.float32(1)))
            dx, dy = _clipped(pull * dx) * step, _clipped(pull * dy) * step
            x, y = x + dx, y + dy
            points[tail, 0] -= dx
            points[tail, 1] -= dy
        due[edge] += every[edge]
        between, state = every[edge] / np.float32(NEGATIVE_SAMPLES), states[head]
        samples = int((epoch - negatives_due[edge]) / between)
        away_x = away_y = np.float32(0)
        for _ in range(samples):
            state = _next(state)
            # Any point, without a division.
            other = (np.uint64(state) * np.uint64(len(points))) >> np.uint64(32)
            dx, dy = x - before[other, 0], y - before[other, 1]
            square = dx * dx + dy * dy
            if other != head and square > 0:
                push = (np.float32(0.001) + square) * (a * square**b + np.float32(1))
                push = np.float32(2) * b / push
                away_x += _clipped(push * dx)
                away_y += _clipped(push * dy)
        states[head] = state
        negatives_due[edge] += samples * between
        points[head, 0], points[head, 1] = x + away_x * step, y + away_y * step


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
    a: Number,
    b: Number,
    epochs: int,
) -> None:
    for epoch in range(epochs):
        now, step = np.float32(epoch), np.float32(1 - epoch / epochs)
        for bounds in rounds:
            before = points.copy()
            for pair in numba.prange(len(bounds)):
                _move_pair(
                    points, before, bounds[pair, 0], bounds[pair, 1], heads, tails, every, due,
                    negatives_due, states, a, b, step, now,
                )  # fmt: skip
