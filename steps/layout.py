"""UMAP's layout, with the same bytes for any number of threads.

umap-learn moves points along one edge of the neighbour graph after the other: with several threads
the result differs from run to run, so it uses one where there is a seed. Here the points are dealt
into blocks, and the edges into rounds of pairs of blocks that share no block (a tournament), so
threads that take different pairs of a round never move the same point. Attraction, repulsion,
sampling and step sizes are those of umap-learn; repulsion sees where points were at the start of
the round.
"""

import numba
import numpy as np

#: Blocks of points: half as many threads can be at work. The layout depends on it.
BLOCKS = 8
NEGATIVE_SAMPLES = 5


def lay_out(start, edges, curve: tuple[float, float], epochs: int, seed: int):
    """Coordinates (float32, shape (n, 2)); takes as many threads as Numba may.

    Args:
        start: where points begin, shape (n, 2).
        edges: heads, tails and weights of the graph, each of shape (m,).
        curve: UMAP's a and b.
    """
    heads, tails, every, rounds = _schedule(len(start), *edges, epochs)
    points = np.ascontiguousarray(start, dtype=np.float32)
    states = np.random.default_rng(seed).integers(1, 2**32, len(points), dtype=np.uint32)
    due, negatives_due = every.copy(), every / np.float32(NEGATIVE_SAMPLES)
    a, b = map(np.float32, curve)
    move = _move_at_once if numba.get_num_threads() > 1 else _move_in_turn
    for epoch in range(epochs):
        step = np.float32(1 - epoch / epochs)
        for bounds in rounds:
            edge = (heads, tails, every, due, negatives_due)
            move(points, points.copy(), bounds, *edge, states, a, b, step, np.float32(epoch))
    return points


def _schedule(count: int, heads, tails, weights, epochs: int):
    """Edges in the order of their pairs of blocks; the epochs from one use of each to the next;
    and for each round the first and last edge of each of its pairs, shape (pairs, 2)."""
    used = weights >= weights.max() / epochs
    heads, tails, weights = heads[used], tails[used], weights[used]
    pairs = [pair for pairs in _tournament(BLOCKS) for pair in pairs]
    number = np.empty((BLOCKS, BLOCKS), dtype=np.int64)
    for position, (one, other) in enumerate(pairs):
        number[one, other] = number[other, one] = position
    of_edge = number[heads % BLOCKS, tails % BLOCKS]
    order = np.argsort(of_edge, kind="stable")
    ends = np.searchsorted(of_edge[order], np.arange(len(pairs) + 1))
    bounds = np.stack([ends[:-1], ends[1:]], axis=1)
    sizes = np.cumsum([len(pairs) for pairs in _tournament(BLOCKS)])[:-1]
    every = (weights.max() / weights[order]).astype(np.float32)
    indices = (heads[order].astype(np.int32), tails[order].astype(np.int32))
    return *indices, every, np.split(bounds, sizes)


def _tournament(count: int) -> list[list[tuple[int, int]]]:
    """Rounds in which each block meets itself, then each other one once."""
    rounds, circle = [[(block, block) for block in range(count)]], list(range(count))
    for _ in range(count - 1):
        rounds.append([(circle[at], circle[-1 - at]) for at in range(count // 2)])
        circle = [circle[0], circle[-1], *circle[1:-1]]
    return rounds


@numba.njit(cache=True)
def _clipped(value):
    return min(max(value, np.float32(-4)), np.float32(4))


@numba.njit(cache=True)
def _next(state):
    """Marsaglia's xorshift."""
    state ^= (state << np.uint32(13)) & np.uint32(0xFFFFFFFF)
    state ^= state >> np.uint32(17)
    return state ^ ((state << np.uint32(5)) & np.uint32(0xFFFFFFFF))


def _move(
    points, before, bounds, heads, tails, every, due, negatives_due, states, a, b, step, epoch
):
    """Move points along the edges of one round that are due in this epoch."""
    for pair in numba.prange(len(bounds)):
        for edge in range(bounds[pair, 0], bounds[pair, 1]):
            if due[edge] > epoch:
                continue
            head, tail = heads[edge], tails[edge]
            x, y = points[head, 0], points[head, 1]
            dx, dy = x - points[tail, 0], y - points[tail, 1]
            square = dx * dx + dy * dy
            if square > 0:
                power = square**b
                pull = np.float32(-2) * a * b * power / square / (a * power + np.float32(1))
                dx, dy = _clipped(pull * dx) * step, _clipped(pull * dy) * step
                x, y = x + dx, y + dy
                points[tail, 0] -= dx
                points[tail, 1] -= dy
            due[edge] += every[edge]
            between, state = every[edge] / np.float32(NEGATIVE_SAMPLES), states[head]
            samples = int((epoch - negatives_due[edge]) / between)
            for _ in range(samples):
                state = _next(state)
                other = state % np.uint32(len(points))
                dx, dy = x - before[other, 0], y - before[other, 1]
                square = dx * dx + dy * dy
                if other != head and square > 0:
                    push = np.float32(2) * b / (np.float32(0.001) + square)
                    push /= a * square**b + np.float32(1)
                    x += _clipped(push * dx) * step
                    y += _clipped(push * dy) * step
            states[head] = state
            negatives_due[edge] += samples * between
            points[head, 0], points[head, 1] = x, y


_move_in_turn = numba.njit(cache=True)(_move)
_move_at_once = numba.njit(cache=True, parallel=True)(_move)
