"""The embeddings of a file, one for each protein: what the file calls it, shape and vector."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from steps.hdf5.datasets import datasets
from steps.hdf5.errors import not_finite
from steps.hdf5.keys import identifier_of
from steps.hdf5.linked import parts
from steps.hdf5.opening import explained
from steps.hdf5.uniform import Uniform, uniform
from steps.hdf5.vectors import Shape, is_usable, shape_of, vector_of

type Vector = npt.NDArray[np.float32]


def shapes(path: Path) -> Iterator[tuple[str, Shape]]:
    """Yield text and shape of each embedding, without reading it.

    Raises:
        StepError: INVALID_EMBEDDINGS; see `parts`, `datasets` and `shape_of`.
    """
    for part in parts(path):
        yield from _shapes(part)


def _shapes(path: Path) -> Iterator[tuple[str, Shape]]:
    if found := _uniform(path):
        for name in found.names:
            yield _text(name), Shape(0, found.numbers)
        return
    with explained(path):
        for each in datasets(path):
            yield each.text, shape_of(path, each)


def embeddings(path: Path) -> Iterator[tuple[str, Shape, Vector]]:
    """Yield text, shape and vector of each embedding, in the order of `shapes`.

    Raises:
        StepError: INVALID_EMBEDDINGS; see `parts`, `datasets`, `shape_of` and `vector_of`.
    """
    for part in parts(path):
        yield from _embeddings(part)


def _embeddings(path: Path) -> Iterator[tuple[str, Shape, Vector]]:
    if found := _uniform(path):
        yield from _of_uniform(path, found)
        return
    with explained(path):
        for each in datasets(path):
            shape = shape_of(path, each)
            yield each.text, shape, vector_of(path, each, shape)


def _uniform(path: Path) -> Uniform | None:
    """Return the datasets of a file that need not be opened one by one."""
    with explained(path):
        for first in datasets(path):
            return None if shape_of(path, first).rows else uniform(path, first.dataset)
    return None


def _of_uniform(path: Path, found: Uniform) -> Iterator[tuple[str, Shape, Vector]]:
    shape = Shape(0, found.numbers)
    for names, rows in found.blocks():
        for name, row, is_fine in zip(names, rows, is_usable(rows).tolist(), strict=True):
            if not is_fine:
                raise not_finite(path, _text(name))
            yield _text(name), shape, row


def _text(name: bytes) -> str:
    return identifier_of(name.decode("utf-8", "replace"))
