"""Simulate embeddings like those of protein language models: families within superfamilies.

Coordinates of a protein in 100 dimensions are the sum of those of its superfamily, its family and
its own, each normal with a variance that falls with the dimension i like 1 / (1 + 0.05 i), scaled
by 1, 0.7 and 0.5. Sizes of superfamilies and families follow a power law. A fixed random rotation
brings them into all dimensions, where noise of 0.02 is added. One in a hundred equals another.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from measure import ROOT

sys.path.insert(0, str(ROOT))
from steps.embed.file import write_embeddings

Floats = npt.NDArray[np.float32]
Integers = npt.NDArray[np.int64]

INTRINSIC, SUPERFAMILY, FAMILY = 100, 300, 30
_SCALES = (1.0, 0.7, 0.5)
_NOISE, _EQUAL = 0.02, 0.01
_BLOCK = 20_000


def families(count: int, seed: int = 0) -> tuple[Integers, Integers]:
    """Return the superfamily and the family of each protein, both of shape (count,)."""
    rng = np.random.default_rng(seed)
    above = _uneven(rng, count, max(count // SUPERFAMILY, 2))
    within = _uneven(rng, count, SUPERFAMILY // FAMILY)
    return above, above * (SUPERFAMILY // FAMILY) + within


def _uneven(rng: np.random.Generator, count: int, groups: int) -> Integers:
    shares = 1 / np.arange(1, groups + 1) ** 0.6
    return rng.choice(groups, size=count, p=shares / shares.sum())


def embeddings(count: int, dimensions: int = 1024, seed: int = 0) -> Iterator[Floats]:
    """Yield blocks of embeddings, shape (block, dimensions), `count` in all."""
    rng = np.random.default_rng([seed, 1])
    above, group = families(count, seed)
    spread = (1 / np.sqrt(1 + 0.05 * np.arange(INTRINSIC))).astype(np.float32)
    rotation = np.linalg.qr(rng.normal(size=(dimensions, INTRINSIC)))[0].T.astype(np.float32)
    above_centres = _SCALES[0] * _normal(rng, above.max() + 1)
    centres = _SCALES[1] * _normal(rng, group.max() + 1)
    for start in range(0, count, _BLOCK):
        rows = slice(start, min(start + _BLOCK, count))
        own = _SCALES[2] * _normal(rng, rows.stop - rows.start)
        block = ((above_centres[above[rows]] + centres[group[rows]] + own) * spread) @ rotation
        block += np.float32(_NOISE) * rng.standard_normal(block.shape, dtype=np.float32)
        equal = rng.random(len(block)) < _EQUAL
        block[equal] = block[rng.integers(0, len(block), equal.sum())]
        yield block


def _normal(rng: np.random.Generator, count: int) -> Floats:
    return rng.standard_normal((count, INTRINSIC), dtype=np.float32)


def write(path: Path, count: int, dimensions: int = 1024) -> None:
    """Write a file of embeddings as step embed does."""
    names = [f"P{number:06d}" for number in range(count)]
    blocks = enumerate(embeddings(count, dimensions))
    named = ((names[at * _BLOCK : (at + 1) * _BLOCK], block) for at, block in blocks)
    write_embeddings(path, "prot_t5", named)
