"""Read and write embeddings as protspace does: HDF5, with a dataset for each protein.

The attribute `model_name` of the root names the embedder.

A dataset is named by the protein's identifier, except where HDF5 cannot hold it: `/` separates
groups and `.` is a group itself, so `%`, `/` and a lone `.` are percent-encoded. protspace reads
such a name as it stands. The embeddings are contiguous in the order of the input, so our files are
also read as one matrix.
"""

import hashlib
import re
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO

import h5py
import numpy as np
from h5py import h5d, h5s

from steps.embed import hdf5_writer
from steps.files import replacing

# Between the front and the rows, unused by HDF5: where the index is, and a digest that no longer
# fits once somebody has added, removed or renamed a dataset.
_SEAL = struct.Struct("<8s3Q32s")
_MARK = b"vectors\0"
_ROWS = hdf5_writer.FRONT + _SEAL.size


def dataset_name(identifier: str) -> str:
    """Return the HDF5 name for an identifier."""
    if identifier == ".":
        return "%2E"
    return identifier.replace("%", "%25").replace("/", "%2F")


def identifier_of(name: str) -> str:
    """Return the identifier of an HDF5 name: the inverse of `dataset_name`."""
    # Few have one, and looking first is ten times faster.
    if "%" not in name:
        return name
    return re.sub("%(25|2F|2E)", lambda match: chr(int(match[1], 16)), name)


def write_embeddings(
    path: Path, model: str, blocks: Iterable[tuple[Sequence[str], np.ndarray]]
) -> None:
    """Write blocks of proteins: identifiers, and float32 embeddings of shape (n, dimensions).

    Raises:
        ValueError: the blocks differ in their dimensions; there is no file then.
    """
    names: list[bytes] = []
    dimensions = 0
    with replacing(path) as staged:
        with staged.open("wb") as file:
            file.seek(_ROWS)
            for identifiers, embeddings in blocks:
                if not len(embeddings):
                    continue
                if names and embeddings.shape[1] != dimensions:
                    raise ValueError(
                        f"embeddings of {dimensions} and {embeddings.shape[1]} numbers"
                    )
                names += (dataset_name(identifier).encode() for identifier in identifiers)
                dimensions = embeddings.shape[1]
                file.write(np.ascontiguousarray(embeddings, "<f4"))
            _write_index(file, names, dimensions)
        with h5py.File(staged, "r+") as file:
            file.attrs["model_name"] = model


def _write_index(file: BinaryIO, names: list[bytes], dimensions: int) -> None:
    at = file.tell()
    index = hdf5_writer.index(names, dimensions, _ROWS, at)
    file.write(index.content)
    digest = hashlib.sha256(index.content).digest()
    front = hdf5_writer.front(index, end=file.tell())
    file.seek(0)
    file.write(front + _SEAL.pack(_MARK, dimensions, at, len(index.content), digest))


def read_embeddings(path: Path) -> tuple[str, list[str], np.ndarray]:
    """Return model name, identifiers in file order, and embeddings: float32, (n, dimensions).

    Reads files of protspace and others too, as long as all embeddings have one length.
    """
    with h5py.File(path) as file:
        model = str(file.attrs["model_name"])
        names, embeddings = _read_matrix(path) or _read_datasets(file)
    return model, [identifier_of(name) for name in names], embeddings


def _read_matrix(path: Path) -> tuple[list[str], np.ndarray] | None:
    """Return names and embeddings of a file as `write_embeddings` left it, else `None`."""
    with path.open("rb") as file:
        file.seek(hdf5_writer.FRONT)
        seal = file.read(_SEAL.size)
        if not seal.startswith(_MARK):
            return None
        _, dimensions, at, size, digest = _SEAL.unpack(seal)
        file.seek(at)
        content = file.read(size)
        if hashlib.sha256(content).digest() != digest:
            return None
        names = [name.decode() for name in hdf5_writer.names_in(content)]
        file.seek(_ROWS)
        embeddings = np.fromfile(file, "<f4", len(names) * dimensions)
        return names, embeddings.reshape(len(names), dimensions)


def _read_datasets(file: h5py.File) -> tuple[list[str], np.ndarray]:
    names = list(file)
    if not names:
        return [], np.empty((0, 0), dtype=np.float32)
    embeddings = np.empty((len(names), file[names[0]].size), dtype=np.float32)
    for name, row in zip(names, embeddings, strict=True):
        h5d.open(file.id, name.encode()).read(h5s.ALL, h5s.ALL, row)
    return names, embeddings
