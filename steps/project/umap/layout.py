"""Lay out UMAP's graph, with the same bytes for any number of threads.

umap-learn moves points along one edge of the kNN graph after the other: with several threads the
result differs from run to run, so it uses one where there is a seed. Here points are split into
blocks, and edges into rounds of disjoint pairs of blocks (a round-robin schedule), so threads that
take different pairs of a round never move the same point. Attraction, repulsion,
sampling and step sizes are those of umap-learn; but repulsion sees where points were at the start
of the round, and the samples of one edge push together, not one after the other. Forces are read
from tables (within 0.02 %): powers would take most of the time.
"""

from typing import Any

import numba
import numpy as np

from steps.project.umap.schedule import BLOCKS, Floats, Ints, schedule

#: A number of float32 or uint32; Numba compiles for the type it gets.
Number = Any

NEGATIVE_SAMPLES = 5
#: Tables reach over squared distances of 2^-20 to 2^16, in 64 steps for each power of two. So the
#: place of a step is in the bits of a float32: its exponent and 6 of the 23 bits of its fraction.
_BELOW, _STEPS = 17, (16 + 20) << 6
_FIRST = (127 - 20) << 6


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
    _move(points, rounds, *edge, states, *_forces(*curve), epochs)
    return points[place]


def _forces(a: float, b: float) -> tuple[Floats, Floats]:
    """Return tables of attraction and repulsion by squared distance: umap-learn's gradients.

    Each has the force at the beginning of a step, and what is added for each following float32.
    """
    edges = (np.arange(_FIRST, _FIRST + _STEPS + 1, dtype=np.int32) << _BELOW).view(np.float32)
    square = edges.astype(np.float64)
    power = square**b
    pulls = -2 * a * b * power / (square * (a * power + 1))
    pushes = 2 * b / ((0.001 + square) * (a * power + 1))
    tables = [np.stack([each[:-1], np.diff(each) / 2**_BELOW], axis=1) for each in (pulls, pushes)]
    return tables[0].astype(np.float32), tables[1].astype(np.float32)


@numba.njit(cache=True)
def _force(table: Floats, square: Number) -> Number:
    """Return the force at a squared distance, by linear interpolation."""
    bits: Any = np.float32(square).view(np.int32)
    step = min(max((bits >> _BELOW) - _FIRST, 0), _STEPS - 1)
    return table[step, 0] + table[step, 1] * np.float32(bits & ((1 << _BELOW) - 1))


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
    pulls: Floats,
    pushes: Floats,
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
            pull = _force(pulls, square)
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
                push = _force(pushes, square)
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
    pulls: Floats,
    pushes: Floats,
    epochs: int,
) -> None:
    for epoch in range(epochs):
        now, step = np.float32(epoch), np.float32(1 - epoch / epochs)
        for bounds in rounds:
            before = points.copy()
            for pair in numba.prange(len(bounds)):
                _move_pair(
                    points, before, bounds[pair, 0], bounds[pair, 1], heads, tails, every, due,
                    negatives_due, states, pulls, pushes, step, now,
                )  # fmt: skip
