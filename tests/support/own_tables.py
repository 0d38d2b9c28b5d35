"""Tables of annotations of `gateway_process.fasta()`, good ones and hostile ones."""

import gzip
import random
from collections.abc import Callable

#: The largest table.
SIZE = 4 << 20


def table(count: int = 20, separator: str = ",") -> str:
    rows = [("identifier", "family", "activity")]
    rows += [(f"P{i}", "kinase" if i % 2 else "toxin", str(i / 2)) for i in range(count)]
    return "".join(separator.join(row) + "\n" for row in rows)


def _filled(start: str, piece: str) -> bytes:
    return (start + piece * ((SIZE - len(start)) // len(piece))).encode()


#: What is in a file -> what makes its content. No run can use any of them.
REFUSED: dict[str, Callable[[], bytes]] = {
    "line ends": lambda: b"\n" * SIZE,
    "line ends of old Macs": lambda: b"\r" * SIZE,
    "one cell": lambda: _filled("id,a\nP1,", "x"),
    "one quoted cell": lambda: _filled('id,a\nP1,"', "x"),
    "quotes": lambda: b'"' * SIZE,
    "a quote that is never closed": lambda: table().replace("kinase", '"kinase', 1).encode(),
    "a quote that takes in rows": lambda: _filled('id,a\nP0,"', "\nP1," + "b" * 99),
    "100,000 columns": lambda: ("id" + ",a" * 100_000 + "\nP0" + ",1" * 100_000).encode(),
    "100,000 columns of numbers": lambda: (
        "id," + ",".join(map(str, range(100_000))) + "\nP0" + ",1" * 100_000
    ).encode(),
    "commas": lambda: b"," * SIZE,
    "tabs": lambda: b"\t" * SIZE,
    "rows of other proteins": lambda: _filled("id,a\n", "Q,1\n")[: 49_000 * 4],
    "more rows than allowed": lambda: _filled("id,a\n", "P0,1\n"),
    "UTF-16 without a mark": lambda: table().encode("utf-16-le"),
    "half of UTF-16": lambda: table().encode("utf-16")[:-1],
    "NUL bytes": lambda: bytes(SIZE),
    "noise": lambda: random.Random(1).randbytes(SIZE),
    "bomb, gzip": lambda: gzip.compress(bytes(500_000_000), 9)[:SIZE],
    "zip": lambda: b"PK\x03\x04" + b"xl/" * 1000,
    "comments": lambda: _filled("", "#" * 99 + "\n"),
    "a header": lambda: b"identifier,family\n",
    "nothing": lambda: b"",
}


def mutated(count: int = 20) -> list[bytes]:
    """Return tables of which some bytes are others; in every second one, of those in text."""
    rng, made = random.Random(2), []
    for number in range(count):
        content = bytearray(table().encode())
        some = range(256) if number % 2 else b',;"\t\n\rP#1.=-|% '
        for _ in range(rng.randint(1, 9)):
            content[rng.randrange(len(content))] = rng.choice(some)
        made.append(bytes(content))
    return made
