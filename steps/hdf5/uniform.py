"""Read files whose datasets differ in name and place alone, without opening each of them.

The HDF5 library takes 30 µs to open a dataset, however short it is. Files as h5py writes them by
default have one root group in the format's first version. Where the headers of all its datasets are
the same bytes, but for address and time, the library is asked about the first one, and the rest is
read with numpy; any other file is left to the library. Names of fields are those of the HDF5 File
Format Specification 3.0, sections II.A, III.A, III.B, III.C, III.D and IV.A.
"""

import mmap
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from h5py.h5d import DatasetID

_SUPERBLOCK = struct.Struct("<8s8B2HI4Q")
_ROOT_ENTRY = struct.Struct("<2QI4x2Q")
_TREE = struct.Struct("<4s2BH2Q")
_HEAP = struct.Struct("<4s4x3Q")
_NODE = struct.Struct("<4sBxH")
_HEADER = struct.Struct("<BxHII4x")
_MESSAGE = struct.Struct("<HHB3x")
_ENTRY = np.dtype([("name", "<u8"), ("header", "<u8"), ("cached", "<u4"), ("rest", "V20")])
#: Messages: empty, dataspace, datatype, fill values, layout, time.
_LAYOUT, _TIME = 8, 18
_KNOWN = {0, 1, 3, 4, 5, _LAYOUT, _TIME}
_BLOCK = 4_096


class _Other(Exception):
    """The file is of another form."""


@dataclass
class Uniform:
    """The datasets of a file.

    Attributes:
        names: those of the datasets, in the order of bytes.
        addresses: where the data of each begins.
        dtype: type of the numbers, as in the file.
        numbers: length of each dataset.
    """

    path: Path
    names: list[bytes]
    addresses: npt.NDArray[np.int64]
    dtype: np.dtype
    numbers: int

    def blocks(self) -> Iterator[tuple[list[bytes], npt.NDArray[np.float32]]]:
        """Yield names and their vectors: float32, shape (n, numbers)."""
        size = self.numbers * self.dtype.itemsize
        with self.path.open("rb") as file, _mapped(file.fileno()) as content:
            for start in range(0, len(self.names), _BLOCK):
                names = self.names[start : start + _BLOCK]
                places = self.addresses[start : start + _BLOCK].tolist()
                data = b"".join([content[place : place + size] for place in places])
                rows = np.frombuffer(data, self.dtype).reshape(len(names), self.numbers)
                with np.errstate(over="ignore"):
                    # Numbers too large for float32 become infinite, and are refused as such.
                    yield names, rows.astype(np.float32)


def uniform(path: Path, first: "DatasetID") -> Uniform | None:
    """Return the datasets of a file; `None` where it is of another form.

    Args:
        path: an HDF5 file.
        first: one of its datasets, opened by the library.
    """
    offset, shape = first.get_offset(), first.shape
    if offset is None or len(shape) != 1:
        return None
    with path.open("rb") as file, _mapped(file.fileno()) as content:
        try:
            names, headers = _members(content)
            places = _addresses(content, headers)
        except (_Other, struct.error, ValueError, IndexError, OverflowError):
            return None
    end = path.stat().st_size - first.dtype.itemsize * shape[0]
    if offset not in places or places.min() < 0 or places.max() > end:
        return None
    return Uniform(path, names, places, first.dtype, shape[0])


def _mapped(descriptor: int) -> mmap.mmap:
    return mmap.mmap(descriptor, 0, access=mmap.ACCESS_READ)


def _members(content: mmap.mmap) -> tuple[list[bytes], npt.NDArray[np.int64]]:
    """Return the names in the root group, and the addresses of their headers."""
    fields = _SUPERBLOCK.unpack_from(content)
    # Version 0, addresses and lengths of eight bytes, nothing before the file's beginning.
    if (fields[1], fields[6], fields[7], fields[12]) != (0, 8, 8, 0):
        raise _Other
    _, _, cached, tree, heap = _ROOT_ENTRY.unpack_from(content, _SUPERBLOCK.size)
    signature, size, _, place = _HEAP.unpack_from(content, heap)
    if cached != 1 or signature != b"HEAP":
        raise _Other
    texts = content[place : place + size]
    parts = list(_entries(content, tree))
    entries = np.concatenate(parts) if parts else np.empty(0, _ENTRY)
    # Others are groups and links.
    if not len(entries) or entries["cached"].any():
        raise _Other
    starts = entries["name"].astype(np.int64).tolist()
    names = [texts[start : texts.index(b"\0", start)] for start in starts]
    return names, entries["header"].astype(np.int64)


def _entries(content: mmap.mmap, place: int, depth: int = 0) -> Iterator[npt.NDArray[np.void]]:
    """Yield the entries of each node of names below a node of the B-tree, in order."""
    signature, kind, level, used, _, _ = _TREE.unpack_from(content, place)
    if signature != b"TREE" or kind != 0 or depth > 16:
        raise _Other
    start = place + _TREE.size
    children = np.frombuffer(content[start : start + 16 * used], "<u8")[1::2].tolist()
    for child in children:
        if level:
            yield from _entries(content, child, depth + 1)
            continue
        signature, version, count = _NODE.unpack_from(content, child)
        if signature != b"SNOD" or version != 1:
            raise _Other
        start = child + _NODE.size
        yield np.frombuffer(content[start : start + count * _ENTRY.itemsize], _ENTRY)


def _addresses(content: mmap.mmap, headers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return where the data of each dataset begins, by its header; all must be of one form."""
    first = int(headers[0])
    version, count, _, size = _HEADER.unpack_from(content, first)
    template = content[first : first + _HEADER.size + size]
    messages = dict(_messages(template, count))
    if version != 1 or _LAYOUT not in messages or not messages.keys() <= _KNOWN:
        raise _Other
    address = slice(messages[_LAYOUT] + 2, messages[_LAYOUT] + 10)
    is_fixed = np.ones(len(template), bool)
    is_fixed[address] = False
    if _TIME in messages:
        is_fixed[messages[_TIME] + 4 : messages[_TIME] + 8] = False
    fixed = np.frombuffer(template, np.uint8)[is_fixed]
    found = []
    for start in range(0, len(headers), _BLOCK):
        places = headers[start : start + _BLOCK].tolist()
        data = b"".join([content[place : place + len(template)] for place in places])
        rows = np.frombuffer(data, np.uint8).reshape(len(places), len(template))
        if not (rows[:, is_fixed] == fixed).all():
            raise _Other
        found.append(rows[:, address].copy().view("<i8")[:, 0])
    return np.concatenate(found)


def _messages(header: bytes, count: int) -> Iterator[tuple[int, int]]:
    """Yield kind of each message of a header, and where its content begins."""
    place = _HEADER.size
    for _ in range(count):
        kind, size, _ = _MESSAGE.unpack_from(header, place)
        yield kind, place + _MESSAGE.size
        place += _MESSAGE.size + size
