"""Embeddings in HDF5, as protspace lays them out: `model_name` on the root, a dataset a protein.

The datasets stand in the order of the input. A protein's dataset bears its identifier, except
where HDF5 cannot hold it: `/` separates groups and `.` is a group itself, so `%`, `/` and a lone
`.` are percent-encoded. protspace reads such a name as it stands.
"""

import re
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t

from steps.files import replacing


def dataset_name(identifier: str) -> str:
    """The HDF5 name for an identifier."""
    if identifier == ".":
        return "%2E"
    return identifier.replace("%", "%25").replace("/", "%2F")


def identifier_of(name: str) -> str:
    """The identifier behind an HDF5 name: the inverse of `dataset_name`."""
    return re.sub("%(25|2F|2E)", lambda match: chr(int(match[1], 16)), name)


def write_embeddings(path: Path, model: str, rows: Iterable[tuple[str, np.ndarray]]) -> None:
    """Write (identifier, vector) rows; vectors are float32 of one length."""
    with replacing(path) as staged:
        # The newest file format is smaller and several times faster for many small datasets.
        with h5py.File(staged, "w", libver="latest", track_order=True) as file:
            file.attrs["model_name"] = model
            for identifier, vector in rows:
                _write_dataset(file, dataset_name(identifier), vector)


def _write_dataset(file: h5py.File, name: str, vector: np.ndarray) -> None:
    # h5py's own create_dataset takes most of its time checking options that are all defaults.
    vector = np.ascontiguousarray(vector, dtype="<f4")
    options = h5p.create(h5p.DATASET_CREATE)
    options.set_obj_track_times(False)
    space = h5s.create_simple(vector.shape)
    dataset = h5d.create(file.id, name.encode(), h5t.IEEE_F32LE, space, options)
    dataset.write(h5s.ALL, h5s.ALL, vector)


def read_embeddings(path: Path) -> tuple[str, list[str], np.ndarray]:
    """Model name, identifiers in file order, and their vectors: float32, shape (n, dimensions).

    Reads files of protspace and others too, as long as all vectors have one length.
    """
    with h5py.File(path) as file:
        names = list(file)
        if not names:
            return str(file.attrs["model_name"]), [], np.empty((0, 0), dtype=np.float32)
        vectors = np.empty((len(names), file[names[0]].size), dtype=np.float32)
        for name, row in zip(names, vectors, strict=True):
            h5d.open(file.id, name.encode()).read(h5s.ALL, h5s.ALL, row)
        return str(file.attrs["model_name"]), [identifier_of(name) for name in names], vectors
