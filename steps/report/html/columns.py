"""Columns of numbers and texts as blocks of text that a browser unpacks by itself.

A block is base64 of zlib's DEFLATE. Numbers are little-endian and written in planes: the first byte
of each, then the second of each, which packs better. `Blocks.numbers` says what a reader needs.
"""

import base64
import json
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

_LEVEL = 9
#: Types of numbers, as a reader names them, the smallest first.
_UNSIGNED = ("u1", "u2", "u4")
#: Decimal places up to which numbers are looked at as whole ones.
_PLACES = 6
#: Bits of a distance that are kept, more than three digits, and half of the least of them.
_DISTANCE_MASK, _HALF = np.uint32(0xFFFFF800), np.uint32(0x400)


class Blocks:
    """Blocks of text, in the order in which they are added."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def _add(self, content: bytes) -> int:
        self.texts.append(base64.b64encode(zlib.compress(content, _LEVEL)).decode())
        return len(self.texts) - 1

    def strings(self, values: Sequence[str]) -> dict[str, Any]:
        """Add texts, as JSON."""
        return {"block": self._add(json.dumps(list(values), ensure_ascii=False).encode())}

    def numbers(self, values: np.ndarray, **more: float) -> dict[str, Any]:
        """Add numbers as they are; `more` goes into the description."""
        flat = np.ascontiguousarray(values).ravel()
        flat = flat.astype(flat.dtype.newbyteorder("<"))
        planes = flat.view(np.uint8).reshape(len(flat), flat.itemsize).T
        return {"block": self._add(planes.tobytes()), "type": flat.dtype.str[1:], **more}

    def indices(self, values: np.ndarray) -> dict[str, Any]:
        """Add whole numbers that are not negative, in as few bytes as they need."""
        most = int(values.max(initial=0))
        kind = next(kind for kind in _UNSIGNED if most <= np.iinfo(kind).max)
        return self.numbers(values.astype(kind))

    def codes(self, values: np.ndarray) -> dict[str, Any]:
        """Add codes from -1 on; a reader takes 1 from each."""
        return self.indices(values.astype(np.int64) + 1)

    def decimals(self, values: np.ndarray) -> dict[str, Any]:
        """Add float64 numbers, NaN where missing; without loss.

        Numbers of few decimal places are whole ones with a `divisor`, 0 is then what is missing,
        and the least is 1: a reader subtracts 1, adds `least`, and divides.
        """
        known = values[np.isfinite(values)]
        for places in range(_PLACES + 1):
            whole = np.round(known * 10.0**places)
            if len(known) == 0 or np.ptp(whole) >= 2**32 - 2 or np.abs(whole).max() > 2**53:
                break
            if np.array_equal(whole / 10.0**places, known):
                least = int(whole.min())
                coded = np.zeros(len(values), np.int64)
                coded[np.isfinite(values)] = whole.astype(np.int64) - least + 1
                return self.indices(coded) | {"divisor": 10**places, "least": least}
        return self.numbers(values)

    def distances(self, values: np.ndarray) -> dict[str, Any]:
        """Add float32 distances, to the three digits that a reader shows."""
        known = np.ascontiguousarray(values, np.float64)
        size = np.floor(np.log10(np.where(known > 0, known, 1)))
        digits = (np.round(known * 10 ** (2 - size)) / 10 ** (2 - size)).astype(np.float32)
        return self.numbers(((digits.view(np.uint32) + _HALF) & _DISTANCE_MASK).view(np.float32))
