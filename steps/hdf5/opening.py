"""Open an HDF5 file, and say in plain words why one cannot be opened."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from steps.formats import START, compression_of, other_format
from steps.hdf5.errors import invalid

if TYPE_CHECKING:
    import h5py

_SIGNATURE = b"\x89HDF\r\n\x1a\n"


@contextmanager
def open_file(path: Path) -> Iterator["h5py.File"]:
    """Open an HDF5 file for reading.

    Raises:
        StepError: INVALID_EMBEDDINGS, where it is no HDF5 file, or a damaged one.
    """
    # Loaded where a file is given: a second that other runs need not take.
    import h5py

    _check_start(path)
    with explained(path), h5py.File(path, "r") as file:
        yield file


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the HDF5 library raises while it reads a file into a StepError."""
    try:
        yield
    except (OSError, RuntimeError, KeyError, UnicodeDecodeError) as error:
        raise invalid(path, _reason(path, error)) from error


def _check_start(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(START)
    except OSError as error:
        raise invalid(path, f"it cannot be read ({error.strerror}).") from error
    # HDF5 allows other content before the signature; nobody writes embeddings so.
    if start.startswith(_SIGNATURE):
        return
    if kind := compression_of(start):
        raise invalid(path, f"it is a {kind} file. Unpack it first.")
    found = other_format(start) or (
        "Give embeddings as HDF5 with a dataset for each protein; FASTA files need an ending such "
        "as .fasta."
    )
    raise invalid(path, f"it is not HDF5. {found}")


def _reason(path: Path, error: Exception) -> str:
    text = str(error)
    if "truncated" in text or "addr overflow" in text:
        size = path.stat().st_size
        return f"it ends too early ({size:,} bytes are there). Download or copy it again."
    if "filter" in text:
        return (
            "it is compressed by a filter that HDF5 does not come with. Write it with gzip, e.g. "
            "h5repack -f GZIP=4 old.h5 new.h5."
        )
    return "it is damaged: HDF5 cannot read it. Download, copy or write it again."
