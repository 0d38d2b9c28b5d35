"""Embedders: each turns protein sequences into one vector per protein."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np


class Embedder(Protocol):
    """What the embed step needs of an embedder."""

    #: Name as in the configuration; written as `model_name` into the HDF5 file.
    name: str
    #: Packages whose version can change a number.
    packages: tuple[str, ...]

    def embed(self, sequences: Sequence[str], advance: Callable[[int], None]) -> "np.ndarray":
        """Vectors of `sequences` (upper case, no gaps): float32, shape (n, dimensions).

        `advance(k)` is called whenever k more sequences are done.
        """
        ...


#: Name -> module that has the class `Embedder`. Loaded when used, not before.
EMBEDDERS = {"composition": "steps.embedders.composition"}


def get_embedder(name: str) -> Embedder:
    """The embedder called `name`, one of `EMBEDDERS`."""
    from importlib import import_module

    return import_module(EMBEDDERS[name]).Embedder()
