"""Read and write embeddings as protspace does: HDF5, with a dataset for each protein.

The attribute `model_name` of the root names the embedder.

A dataset is named by the protein's identifier (`steps.hdf5.keys`). The embeddings are contiguous in
the order of the input, so our files are also read as one matrix.
"""

import hashlib
import struct
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import BinaryIO, NamedTuple

import h5py
import numpy as np
from h5py import h5d, h5s

from steps.embed import hdf5_writer, joined
from steps.files import replacing
from steps.hdf5.keys import dataset_name, identifier_of
from steps.hdf5.linked import DIGEST, NAME, other_file

# Between the front and the rows, unused by HDF5: where the index is, and a digest that no longer
# fits once somebody has added, removed or renamed a dataset.
_SEAL = struct.Struct("<8s3Q32s")
_MARK = b"vectors\0"
_ROWS = hdf5_writer.FRONT + _SEAL.size


class First(NamedTuple):
    """The file that has the first embeddings of another one, how many, and its index's digest."""

    path: Path
    rows: int
    digest: str


class _Index(NamedTuple):
    """What a file as `write_embeddings` left it has: names, numbers of each row, digest of both."""

    names: list[str]
    dimensions: int
    digest: str


def write_embeddings(
    path: Path,
    model: str,
    blocks: Iterable[tuple[Sequence[str], np.ndarray]],
    onto: First | None = None,
) -> None:
    """Write blocks of proteins: identifiers, and float32 embeddings of shape (n, dimensions).

    Args:
        path: HDF5 file to write.
        model: name of the embedder.
        blocks: some proteins at a time.
        onto: a file in the same folder, whose embeddings come before these.

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
            if onto:
                file.attrs.update({NAME: onto.path.name, DIGEST: onto.digest})


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

    Raises:
        StepError: EMBEDDING_INCOMPLETE, where a file names another one that is not there.
    """
    with h5py.File(path) as file:
        model = str(file.attrs["model_name"])
        names, embeddings = _read_matrix(path) or _read_datasets(file)
        other, digest = other_file(path, file.attrs), file.attrs.get(DIGEST)
    if other:
        names, embeddings = _behind(path, other, digest, names, embeddings)
    return model, [identifier_of(name) for name in names], embeddings


def first_file(path: Path) -> First | None:
    """Return the file that has the first embeddings of a file as one matrix, be it itself."""
    with h5py.File(path) as file:
        first = other_file(path, file.attrs) or path
    index = _read_index(first)
    return First(first, len(index.names), index.digest) if index else None


def _read_index(path: Path) -> _Index | None:
    """Return the index of a file as `write_embeddings` left it, else `None`."""
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
    return _Index(names, dimensions, digest.hex())


def _read_matrix(path: Path) -> tuple[list[str], np.ndarray] | None:
    """Return names and embeddings of a file as `write_embeddings` left it, else `None`."""
    index = _read_index(path)
    if not index:
        return None
    # Mapped: it takes no memory beside the file's own. Changes are this process's alone.
    shape = (len(index.names), index.dimensions)
    return index.names, np.memmap(path, "<f4", "c", _ROWS, shape)


def _behind(
    path: Path, other: Path, digest: str, names: list[str], embeddings: np.ndarray
) -> tuple[list[str], np.ndarray]:
    """Return names and embeddings of the file that `path` names, and its own behind them."""
    index = _read_index(other) if other.is_file() else None
    if not index or index.digest != digest:
        raise joined.lost(path, other)
    more = embeddings.reshape(len(names), index.dimensions)
    return index.names + names, joined.extended(other, _ROWS, len(index.names), more)


def _read_datasets(file: h5py.File) -> tuple[list[str], np.ndarray]:
    names = list(file)
    if not names:
        return [], np.empty((0, 0), dtype=np.float32)
    embeddings = np.empty((len(names), file[names[0]].size), dtype=np.float32)
    for name, row in zip(names, embeddings, strict=True):
        h5d.open(file.id, name.encode()).read(h5s.ALL, h5s.ALL, row)
    return names, embeddings
