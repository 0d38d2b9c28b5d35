"""Read the embedding of one protein: a vector, or the mean of a vector for each residue."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from steps.hdf5.datasets import Found
from steps.hdf5.errors import invalid, not_finite

if TYPE_CHECKING:
    from h5py.h5d import DatasetID

#: The longest protein has some 35,000 residues, the widest model some 10,000 numbers.
_MOST_ROWS, _MOST_NUMBERS = 100_000, 65_536


#: Sums of squares of larger numbers, as distances are, leave single precision.
LARGEST = 1e15


class Shape(NamedTuple):
    """Rows that are averaged, or 0 where the dataset is one vector, and its numbers."""

    rows: int
    numbers: int


def shape_of(path: Path, found: Found) -> Shape:
    """Return the shape of a dataset that is an embedding.

    Raises:
        StepError: INVALID_EMBEDDINGS, for other shapes and types, and data in other files.
    """
    shape = found.dataset.shape
    if shape is None or not _is_numeric(found.dataset):
        raise invalid(
            path,
            f"{found.text!r} holds no numbers. A file of embeddings has nothing but a dataset of "
            "numbers for each protein, by its name. Write rows of a matrix one by one, and others "
            "into another file.",
        )
    inner = shape
    while len(inner) > 1 and inner[0] == 1:
        inner = inner[1:]
    # A column is a vector, too: no model gives residues one number each.
    if len(inner) == 2 and inner[1] == 1:
        inner = inner[:1]
    if not 1 <= len(inner) <= 2 or 0 in shape:
        raise invalid(
            path,
            f"{found.text!r} has the shape {shape}. Write one vector for each protein, shape "
            "(numbers,), or one for each residue, shape (residues, numbers).",
        )
    rows, numbers = (0, *inner)[-2:]
    if numbers == 1:
        raise invalid(
            path,
            f"{found.text!r} has one number, which is no embedding. A map needs two or more for "
            "each protein.",
        )
    if rows > _MOST_ROWS or numbers > _MOST_NUMBERS:
        raise invalid(
            path,
            f"{found.text!r} has the shape {shape}; at most {_MOST_ROWS:,} residues and "
            f"{_MOST_NUMBERS:,} numbers are read. Leave it out.",
        )
    if found.dataset.get_offset() is None and _is_elsewhere(found.dataset):
        raise invalid(
            path,
            f"the data of {found.text!r} is not in this file, or was never written. Write it, or "
            "copy it, e.g. by h5repack.",
        )
    return Shape(rows, numbers)


def _is_numeric(dataset: "DatasetID") -> bool:
    from h5py import h5t

    return dataset.get_type().get_class() in (h5t.FLOAT, h5t.INTEGER)


def _is_elsewhere(dataset: "DatasetID") -> bool:
    """Return whether the data is in other files, or nowhere."""
    from h5py import h5d

    properties = dataset.get_create_plist()
    is_virtual = properties.get_layout() == h5d.VIRTUAL
    return is_virtual or properties.get_external_count() > 0 or not dataset.get_storage_size()


def is_usable(rows: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """Return which rows have nothing but numbers whose squares can be added up."""
    usable: npt.NDArray[np.bool_] = np.abs(rows).max(axis=1) <= LARGEST
    return usable


def vector_of(path: Path, found: Found, shape: Shape) -> npt.NDArray[np.float32]:
    """Return the embedding of a dataset: float32, shape (numbers,).

    Raises:
        StepError: INVALID_EMBEDDINGS, where a number is not finite.
    """
    from h5py import h5s

    whole = np.empty(found.dataset.shape, np.float32)
    found.dataset.read(h5s.ALL, h5s.ALL, whole)
    vector = whole.reshape(-1, shape.numbers)
    mean = vector.mean(axis=0, dtype=np.float64) if shape.rows else vector[0]
    if not is_usable(mean[None])[0]:
        raise not_finite(path, found.text)
    return np.asarray(mean, np.float32)
