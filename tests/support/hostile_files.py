"""Files that cost a reader of FASTA as much as files of their size can."""

import bz2
import gzip
import lzma
import random
import zlib
from collections.abc import Callable

import pyarrow as pa

#: The largest upload.
SIZE = 8 << 20
#: As much as xz may remember: who unpacks it reserves that for each stream.
_DICTIONARY = [{"id": lzma.FILTER_LZMA2, "dict_size": 1 << 30}]


def _filled(start: bytes, piece: bytes, size: int = SIZE) -> bytes:
    return start + piece * ((size - len(start)) // len(piece))


def _noise() -> bytes:
    """Return bytes that can hardly be packed, and hold no line end."""
    return bytes(random.Random(1).choices(range(32, 250), k=SIZE - 200_000))


def _zstd(content: bytes) -> bytes:
    packed: bytes = pa.compress(content, codec="zstd", asbytes=True)
    return packed


def _named_gzip() -> bytes:
    """Return a gzip file whose name takes most of it."""
    head = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"
    return _filled(head, b"n", SIZE - 100) + b"\0" + zlib.compress(b">a\nMKV\n", wbits=-15)


#: What is in a file -> what makes its content.
FILES: dict[str, Callable[[], bytes]] = {
    "a letter a line": lambda: _filled(b">a\n", b"A\n"),
    "a letter a line, gzip": lambda: gzip.compress(_filled(b">a\n", b"A\n")),
    "a letter a line of CR": lambda: _filled(b">a\r", b"A\r"),
    "records without residues": lambda: b"".join(b">%d\n" % n for n in range(SIZE // 9)),
    "records joined without line ends": lambda: _filled(b">a\n", b"AC>a\n"),
    "one header": lambda: _filled(b">", b"a"),
    "84 headers of 100 kB": lambda: b"".join(
        _filled(b">%d " % n, b"a=[b] ", 99_000) + b"\nMKV\n" for n in range(84)
    ),
    "signs of headers": lambda: _filled(b"", b"> "),
    "line ends": lambda: _filled(b"", b"\n"),
    "line ends after records": lambda: _filled(b"", b">a\n" + b"\n" * 550),
    "blanks": lambda: _filled(b">a\n", b" "),
    "blanks of Unicode": lambda: _filled(b">a\n", "\u00a0".encode()),
    "stops": lambda: _filled(b">a\n", b"*"),
    "gaps": lambda: _filled(b">a\n", b"-."),
    "residues": lambda: _filled(b">a\n", b"A"),
    "a wrong letter at the end": lambda: _filled(b">a\n", b"A\n", SIZE - 1) + b"1",
    "NUL bytes": lambda: bytes(SIZE),
    "bomb, gzip": lambda: (gzip.compress(bytes(SIZE)) * 900)[:SIZE],
    "bomb, bzip2": lambda: bz2.compress(_filled(b">a\n", b"A\n", 1_000_000)) * 100,
    "bomb, xz": lambda: lzma.compress(_filled(b">a\n", b"A\n", 100_000_000)),
    "bomb, zstd": lambda: _zstd(_filled(b">a\n", b"A\n", 100_000_000)),
    "noise, gzip": lambda: gzip.compress(b">a\n" + _noise())[:SIZE],
    "noise, bzip2": lambda: bz2.compress(b">a\n" + _noise())[:SIZE],
    "1 MB of noise, bzip2": lambda: bz2.compress(b">a\n" + _noise())[:1_000_000],
    "noise, xz": lambda: lzma.compress(b">a\n" + _noise())[:SIZE],
    "noise, zstd": lambda: _zstd(b">a\n" + _noise())[:SIZE],
    "400,000 files, gzip": lambda: _filled(b"", gzip.compress(b"\n")),
    "600,000 files, bzip2": lambda: _filled(b"", bz2.compress(b"")),
    "100,000 files with large dictionaries, xz": lambda: _filled(
        b"", lzma.compress(b"\n", filters=_DICTIONARY)
    ),
    "600,000 files, zstd": lambda: _filled(b"", _zstd(b"\n")),
    "2,000 files, gzip": lambda: gzip.compress(b"\n") * 2_000,
    "2,000 files with large dictionaries, xz": lambda: (
        lzma.compress(b"\n", filters=_DICTIONARY) * 2_000
    ),
    "a long name, gzip": _named_gzip,
    "zeros behind the end, gzip": lambda: gzip.compress(b">a\nMKV\n") + bytes(SIZE - 100),
}
