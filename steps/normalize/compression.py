"""Open files that are compressed by gzip, bzip2, xz or zstd, as their first bytes say."""

import bz2
import gzip
import lzma
import zlib
from io import BufferedIOBase, BufferedReader
from typing import cast

_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
}
#: Endings of file names of these kinds.
SUFFIXES = (".gz", ".bz2", ".xz", ".zst")
#: What reading a damaged file raises; pyarrow says OSError of zstd.
DAMAGED = (EOFError, OSError, ValueError, zlib.error, lzma.LZMAError)


def compression_of(start: bytes) -> str | None:
    """Return `gzip`, `bzip2`, `xz` or `zstd` for the first bytes of a file, else `None`."""
    return next((name for magic, name in _MAGIC.items() if start.startswith(magic)), None)


def unpacked(file: BufferedReader) -> BufferedIOBase:
    """Return the content of a file, unpacked while it is read."""
    match compression_of(file.peek(8)):
        case "gzip":
            return gzip.open(file, "rb")
        case "bzip2":
            return bz2.open(file, "rb")
        case "xz":
            return lzma.open(file, "rb")
        case "zstd":
            return _zstd(file)
        case _:
            return file


def _zstd(file: BufferedReader) -> BufferedIOBase:
    """Return the unpacked content; the standard library has no zstd before Python 3.14."""
    import pyarrow as pa

    # pyarrow's streams have the methods of io, but are of no class of it.
    stream = cast(BufferedReader, pa.CompressedInputStream(pa.PythonFile(file), "zstd"))
    return BufferedReader(stream)
