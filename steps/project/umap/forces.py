"""Forces between the points of UMAP's layout, and its random numbers, as functions of Numba.

Forces are read from tables (within 0.02 %): powers would take most of the time.
"""

from typing import Any

import numba
import numpy as np

from steps.project.umap.schedule import Floats

#: A number of float32 or uint32; Numba compiles for the type it gets.
Number = Any

#: Tables reach over squared distances of 2^-20 to 2^16, in 64 steps for each power of two. So the
#: place of a step is in the bits of a float32: its exponent and 6 of the 23 bits of its fraction.
_BELOW, _STEPS = 17, (16 + 20) << 6
_FIRST = (127 - 20) << 6


def forces(a: float, b: float) -> tuple[Floats, Floats]:
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
def force(table: Floats, square: Number) -> Number:
    """Return the force at a squared distance, by linear interpolation."""
    bits: Any = np.float32(square).view(np.int32)
    step = np.uint64(min(max((bits >> _BELOW) - _FIRST, 0), _STEPS - 1))
    return table[step, 0] + table[step, 1] * np.float32(bits & ((1 << _BELOW) - 1))


@numba.njit(cache=True)
def clipped(value: Number) -> Number:
    """Return a move of at most 4."""
    return min(max(value, np.float32(-4)), np.float32(4))


@numba.njit(cache=True)
def following(state: Number) -> Number:
    """Return the next state of Marsaglia's xorshift."""
    state ^= (state << np.uint32(13)) & np.uint32(0xFFFFFFFF)
    state ^= state >> np.uint32(17)
    return state ^ ((state << np.uint32(5)) & np.uint32(0xFFFFFFFF))
