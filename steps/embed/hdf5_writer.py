"""Write the index of an HDF5 file that makes each row of a float32 matrix a dataset of its own.

The HDF5 library takes some 40 µs to create a dataset and 30 µs to open one: a minute for a million,
however short they are. Here all records of a kind are one numpy array. They are those of the
format's first version, which every release reads and edits: a symbol table (a B-tree over nodes of
names, a heap of the names' text) and an object header for each dataset. The names of fields are
those of the HDF5 File Format Specification 3.0, sections II.A, III.A, III.B, III.D and IV.A.
"""

import struct
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np

# How the format says "nowhere", and that a heap has no room left.
_UNDEFINED, _FULL = 2**64 - 1, 1
# The most names in a node; the B-tree has at most 65,535 nodes, all at one level.
_NAMES = 128

_SUPERBLOCK = struct.Struct("<8s8B2HI4Q2Q24x")
_ROOT = struct.Struct("<BxHII4xHHB3x2Q")
_HEAP = struct.Struct("<4s4x3Q")
_TREE = struct.Struct("<4s2BH2Q")
_ENTRY = np.dtype([("name", "<u8"), ("header", "<u8"), ("cached", "V24")])
_NODE = np.dtype(
    [("kind", "S4"), ("version", "<u2"), ("count", "<u2"), ("entries", _ENTRY, _NAMES)]
)
_HEADER = np.dtype([("before", "V98"), ("address", "<u8"), ("size", "<u8"), ("after", "V6")])

#: Bytes that `front` takes.
FRONT = _SUPERBLOCK.size + _ROOT.size


class Index(NamedTuple):
    """The bytes of an index, and the fields of the superblock that refer to it."""

    content: bytes
    heap: int
    tree: int
    nodes: int


def index(names: Sequence[bytes], dimensions: int, rows: int, at: int) -> Index:
    """Return the index of the rows of a matrix: float32, shape (len(names), dimensions).

    The matrix begins at byte `rows` of the file, the index will begin at byte `at`.
    """
    # Each text ends in at least one zero byte, and begins at a multiple of eight.
    texts = [name.ljust(len(name) // 8 * 8 + 8, b"\0") for name in names]
    starts = np.fromiter(accumulate(map(len, texts), initial=8), np.int64)
    heap = _HEAP.pack(b"HEAP", starts[-1], _FULL, at + _HEAP.size) + bytes(8) + b"".join(texts)
    headers = _headers(len(names), dimensions, rows)
    order = np.array(sorted(range(len(names)), key=names.__getitem__), np.int64)
    entries = np.zeros(len(names), _ENTRY)
    entries["name"] = starts[order]
    entries["header"] = at + len(heap) + headers.itemsize * order
    nodes = _nodes(entries)
    place = at + len(heap) + headers.nbytes
    parts = [heap, headers.tobytes(), nodes.tobytes(), _tree(nodes, place)]
    return Index(b"".join(parts), at, place + nodes.nbytes, len(nodes))


def names_in(content: bytes) -> list[bytes]:
    """Return the names in the content of an index, in the order of the rows."""
    _, size, _, _ = _HEAP.unpack_from(content)
    return [name for name in content[_HEAP.size : _HEAP.size + size].split(b"\0") if name]


def front(index: Index, end: int) -> bytes:
    """Return the beginning of a file of `end` bytes: the superblock and the root group."""
    versions_and_sizes = (0, 0, 0, 0, 0, 8, 8, 0)
    superblock = _SUPERBLOCK.pack(
        b"\x89HDF\r\n\x1a\n", *versions_and_sizes, _NAMES // 2, _tree_k(index.nodes), 0,
        0, _UNDEFINED, end, _UNDEFINED, 0, _SUPERBLOCK.size,
    )  # fmt: skip
    # One message, the symbol table.
    return superblock + _ROOT.pack(1, 1, 1, 24, 17, 16, 0, index.tree, index.heap)


def _headers(count: int, dimensions: int, rows: int) -> np.ndarray:
    size = 4 * dimensions
    messages = [
        _message(1, struct.pack("<BB6xQ", 1, 1, dimensions)),  # dataspace
        # Datatype: little-endian IEEE 754 of 32 bits.
        _message(3, struct.pack("<4BI2H4BI4x", 17, 32, 31, 0, 4, 0, 32, 23, 8, 0, 23, 127)),
        _message(5, struct.pack("<4BI", 2, 2, 2, 1, 0)),  # fill value: zero
        _message(8, struct.pack("<BBQQ6x", 3, 1, 0, size)),  # layout: contiguous
    ]
    body = b"".join(messages)
    header = struct.pack("<BxHII4x", 1, len(messages), 1, len(body)) + body
    headers = np.full(count, np.frombuffer(header, _HEADER)[0])
    headers["address"] = rows + size * np.arange(count)
    return headers


def _message(kind: int, body: bytes) -> bytes:
    return struct.pack("<HHB3x", kind, len(body), 0) + body


def _nodes(entries: np.ndarray) -> np.ndarray:
    nodes = np.zeros(-(-len(entries) // _NAMES), _NODE)
    padded = np.zeros(len(nodes) * _NAMES, _ENTRY)
    padded[: len(entries)] = entries
    nodes["kind"], nodes["version"], nodes["count"] = b"SNOD", 1, _NAMES
    nodes["entries"] = padded.reshape(-1, _NAMES)
    nodes["count"][-1:] = len(entries) - _NAMES * (len(nodes) - 1)
    return nodes


def _tree(nodes: np.ndarray, place: int) -> bytes:
    """Return the B-tree: before each node the last name of the previous one, then the last."""
    # The empty text at the beginning of the heap comes before all names.
    keys = np.zeros(4 * _tree_k(len(nodes)) + 1, "<u8")
    keys[1 : 2 * len(nodes) : 2] = place + nodes.itemsize * np.arange(len(nodes))
    last = nodes["entries"]["name"][np.arange(len(nodes)), nodes["count"].astype(int) - 1]
    keys[2 : 2 * len(nodes) + 1 : 2] = last
    return _TREE.pack(b"TREE", 0, 0, len(nodes), _UNDEFINED, _UNDEFINED) + keys.tobytes()


def _tree_k(nodes: int) -> int:
    """Return half the number of children that the B-tree has room for."""
    return nodes // 2 + 1
