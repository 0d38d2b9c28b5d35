"""Embeddings of a large map that has grown: new ones in a file, beside a link to that of the map.

`<embedder>.h5` has the new ones, and attributes of its root name the file of the others in the same
folder, `<embedder>.old.h5`. That is a hard link, so it takes no room, and stays when the results of
the earlier run are removed. Both are HDF5 files that any program reads; `read_embeddings` of either
gives what it has, and that of the first one all.
"""

import ctypes
import mmap
import os
from pathlib import Path

import numpy as np
import numpy.typing as npt

from steps.errors import StepError

Floats = npt.NDArray[np.float32]

#: Maps of more proteins are linked, where those that came later are at most this share of them.
_LARGE, _SHARE = 20_000, 0.5
# As on Linux and macOS.
_MAP_FIXED = 0x10


def is_worth_a_link(count: int, later: int) -> bool:
    """Return whether `count` embeddings are better linked than written again with `later` ones."""
    return count > _LARGE and later <= _SHARE * count


def link_of(path: Path) -> Path:
    """Return where the link is that a file of embeddings may have beside it."""
    return path.with_name(f"{path.stem}.old{path.suffix}")


def linked(path: Path, old: Path) -> Path | None:
    """Link a file of embeddings beside `path`, which is to name it.

    Returns:
        The link; `None` where there can be none, as on another disk.
    """
    link = link_of(path)
    staged = link.with_name(f".{link.name}.{os.getpid()}.tmp")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(old, staged)
        os.replace(staged, link)
    except OSError:
        return None
    finally:
        # Where both are one file already, replacing does nothing.
        staged.unlink(missing_ok=True)
    return link


def lost(path: Path, other: Path) -> StepError:
    """Return the error for a file without the one that it names, or beside another."""
    return StepError(
        "EMBEDDING_INCOMPLETE",
        f"{path.name} has the embeddings that joined a map, and those of the map, {other.name}, "
        "are not beside it, or were changed. Keep the two together, or run again.",
    )


def extended(path: Path, offset: int, rows: int, more: Floats) -> Floats:
    """Return rows of a file and `more` behind them as one matrix, float32, shape (n, d).

    Those of the file are mapped, as NumPy's memmap does: none is read before it is used. Changes
    are this process's alone.

    Args:
        path: a file.
        offset: byte at which the rows begin.
        rows: how many there are.
        more: float32, shape (m, d).
    """
    end = offset + rows * more.shape[1] * more.itemsize
    memory = mmap.mmap(-1, end + more.nbytes, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with path.open("rb") as file:
        _map_over(memory, file.fileno(), end)
    matrix = np.frombuffer(memory, "<f4", offset=offset).reshape(-1, more.shape[1])
    matrix[rows:] = more
    return matrix


def _map_over(memory: mmap.mmap, descriptor: int, size: int) -> None:
    """Map the beginning of a file over the beginning of memory."""
    place = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    function = ctypes.CDLL(None, use_errno=True).mmap
    function.restype = ctypes.c_void_p
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, *[ctypes.c_int] * 3, ctypes.c_long]
    access = mmap.PROT_READ | mmap.PROT_WRITE
    flags = mmap.MAP_PRIVATE | _MAP_FIXED
    if function(place, size, access, flags, descriptor, 0) != place:
        raise OSError(ctypes.get_errno(), "a file of embeddings cannot be mapped")
