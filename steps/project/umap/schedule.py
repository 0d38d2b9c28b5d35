"""Rounds of the layout, in none of which two threads move the same point."""

from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.integer[Any]]

#: Blocks of points: half as many threads can be at work. The layout depends on it.
BLOCKS = 8


def schedule(
    heads: Ints, tails: Ints, weights: Floats, epochs: int
) -> tuple[Ints, Ints, Floats, Ints]:
    """Return heads and tails by pairs of blocks, epochs between uses of each edge, and bounds.

    The bounds, shape (rounds, pairs, 2), are where the edges of each pair begin and end.
    """
    used = weights >= weights.max() / epochs
    heads, tails, weights = heads[used], tails[used], weights[used]
    rounds = tournament(BLOCKS)
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


def tournament(count: int) -> list[list[tuple[int, int]]]:
    """Return a round-robin schedule: every pair of blocks once per epoch."""
    rounds, circle = [[(block, block) for block in range(count)]], list(range(count))
    for _ in range(count - 1):
        rounds.append([(circle[at], circle[-1 - at]) for at in range(count // 2)])
        circle = [circle[0], circle[-1], *circle[1:-1]]
    return rounds
