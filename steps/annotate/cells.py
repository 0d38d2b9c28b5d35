"""Text cells of the annotation table: protspace's grammar, and the limits of the web app.

A cell holds hits separated by `;`, each a label with an optional `|score` or `|evidence`. `%`,
`;`, `|` and control characters inside a label are percent-encoded. The web app refuses a whole
bundle over a control character or a hit of more than 256 characters.
"""

import json
import re
from collections.abc import Iterable, Sequence

import pyarrow as pa

MAX_HIT = 256
#: Metadata of an Arrow table of such cells.
GRAMMAR = {"protspace_format_version": "2"}
#: Columns that step novelty makes of a map that grows; the user's own get other names.
OF_GROWN_MAPS = ("added", "novelty")
#: Key of the same metadata: the columns of the user's tables, as JSON.
_OWN = "own_columns"

_RESERVED = {ord(sign): f"%{ord(sign):02X}" for sign in ";|%"}
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
#: Labels that ProtSpace takes for missing, in whatever case; a test compares them with protspace's.
MISSING_WORDS = frozenset({"", "__na__", "na", "none", "nan", "null", "n/a"})
_SUSPECT = re.compile(r"[\x00-\x1f\x7f-\x9f]|%[0-9A-Fa-f]{2}")


def with_own(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return the table with its grammar and a note of the columns that are the user's own."""
    note = {_OWN: json.dumps(list(names))} if names else {}
    return table.replace_schema_metadata(GRAMMAR | note)


def own_columns(table: pa.Table) -> list[str]:
    """Return the columns of the user's tables."""
    metadata: dict[bytes, bytes] = table.schema.metadata or {}
    names: list[str] = json.loads(metadata.get(_OWN.encode(), b"[]"))
    return names


def encode(labels: Iterable[str | None]) -> pa.Array:
    """Return plain labels as cells of one hit each."""
    cells = [None if label is None else _encode_label(label) for label in labels]
    return pa.array(cells, pa.string())


def _encode_label(label: str) -> str:
    return _CONTROL.sub(" ", label).strip().translate(_RESERVED)


def _decode_label(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)


def loadable(cell: str) -> str:
    """Return a cell that the web app can load: no control characters, long hits shortened."""
    if len(cell) <= MAX_HIT // 2 and not _SUSPECT.search(cell):
        return cell
    return ";".join(_loadable_hit(hit) for hit in cell.split(";"))


def _loadable_hit(hit: str) -> str:
    label, *suffix = [_encode_label(_decode_label(part)) for part in hit.split("|")]
    tail = "".join(f"|{part}" for part in suffix)
    if units(tail) > MAX_HIT // 2:
        tail = ""
    return _shortened(label, MAX_HIT - units(tail)) + tail


def _shortened(text: str, most: int) -> str:
    if units(text) <= most:
        return text
    plain = _decode_label(text)
    while units(text) > most - 1:
        plain = plain[: -max(1, (units(text) - most) // 6)]
        text = plain.translate(_RESERVED)
    return f"{text}…"


def units(text: str) -> int:
    """Return the length of a text in UTF-16 code units, as the web app counts it."""
    return len(text) + sum(sign > "\uffff" for sign in text)


def is_loadable(cell: str) -> bool:
    """Return whether the web app can load the cell as it is."""
    return not _CONTROL.search(_decode_label(cell)) and all(
        units(hit) <= MAX_HIT for hit in cell.split(";")
    )


def plain(cell: str) -> str:
    """Return the labels of a cell for people, without scores and escapes."""
    return "; ".join(_labels(cell))


def shown(cell: str) -> str | None:
    """Return `plain` without control characters and labels that ProtSpace takes for missing.

    `None` where nothing is left.
    """
    labels = [_CONTROL.sub(" ", label).strip() for label in _labels(cell)]
    return "; ".join(each for each in labels if each.lower() not in MISSING_WORDS) or None


def _labels(cell: str) -> list[str]:
    return [_decode_label(hit.split("|", 1)[0]) for hit in cell.split(";")]


def is_number(text: str) -> bool:
    """Return whether a text is a number."""
    try:
        float(text)
    except ValueError:
        return False
    return True


def bare(cell: str) -> str:
    """Return a cell without the scores and evidence of its hits."""
    return ";".join(hit.split("|", 1)[0] for hit in cell.split(";"))
