"""Rows of a cache: bytes under a key, with a checksum, a time of writing and one of last use."""

import json
import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import batched
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    ColumnElement,
    Connection,
    Insert,
    LargeBinary,
    Row,
    bindparam,
    cast,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from steps.cache.database import Database, clock, entries
from steps.cli import FOR_OPERATOR

log = logging.getLogger("steps")

#: One protein: float32, shape (dimensions,).
Embedding = npt.NDArray[np.float32]
#: Values by the names of their columns, ready for JSON.
Annotation = dict[str, Any]

#: Keys in one IN list, and rows in one statement. SQLite allows 32,766 values at least.
CHUNK = 500
#: Keys in one transaction, where many transactions do as well: others write in between.
PORTION = 20_000
#: What a row takes beside its value, by and large: keys, times, indexes and room left in pages
#: (measured 260 to 2,200 bytes, as the length of the embedding fits SQLite's pages).
OVERHEAD_BYTES = 1_000
#: The time of last use is written once in this time, not with each use.
_MARK_SECONDS = 3_600
#: A bit is enough to make SQLite take bytes for text, which it then fails to decode.
VALUE = cast(entries.c.value, LargeBinary).label("value")


class Space(NamedTuple):
    """The space that keys are unique in: model and revision, or source and schema version."""

    kind: str
    source: str
    version: str

    def rows(self) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that select all rows of this space."""
        return tuple(entries.c[name] == value for name, value in self._asdict().items())


@dataclass
class Found[T]:
    """Values of rows that are neither expired nor damaged."""

    values: dict[bytes, T] = field(default_factory=dict)
    unmarked: list[int] = field(default_factory=list)
    damaged: int = 0


def chunks[T](items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Split items so that one statement takes each part."""
    return batched(items, CHUNK)


def look_up[T](
    database: Database,
    space: Space,
    keys: Sequence[bytes],
    max_age: float | None,
    decode: Callable[[bytes], T],
) -> dict[bytes, T]:
    """Read rows in a transaction of its own, then mark them as used; damage is a warning."""
    with database.reading() as connection:
        found = read(connection, space, keys, max_age, decode)
    if found.damaged:
        message = "Damaged entries of the cache %s, which count as missing: %d."
        log.warning(message, database.name, found.damaged, extra=FOR_OPERATOR)
    for portion in batched(found.unmarked, PORTION):
        with database.writing() as connection:
            _mark_used(connection, portion)
    return found.values


def read[T](
    connection: Connection,
    space: Space,
    keys: Sequence[bytes],
    max_age: float | None,
    decode: Callable[[bytes], T],
) -> Found[T]:
    """Read the rows of `keys` that are at most `max_age` seconds old.

    `decode` raises ValueError for damaged bytes.
    """
    found, now = Found[T](), clock(connection)
    columns = [entries.c[name] for name in ("id", "key", "used", "checksum")]
    query = select(*columns, VALUE).where(*space.rows())
    if max_age is not None:
        query = query.where(entries.c.created >= now - max_age)
    query = query.where(entries.c.key.in_(bindparam("keys", expanding=True)))
    for chunk in chunks(dict.fromkeys(keys)):
        for row in connection.execute(query, {"keys": chunk}):
            _take(found, space, row, now, decode)
    return found


def _take[T](
    found: Found[T], space: Space, row: Row[Any], now: float, decode: Callable[[bytes], T]
) -> None:
    try:
        value = decode(intact(space, row))
        marked = row.used >= now - _MARK_SECONDS
    except (TypeError, ValueError):
        found.damaged += 1
        return
    found.values[row.key] = value
    if not marked:
        found.unmarked.append(row.id)


def intact(space: Space, row: Row[Any]) -> bytes:
    """Return the row's value.

    Raises:
        TypeError, ValueError: it is damaged.
    """
    if row.checksum != checksum(space, row.key, row.value):
        raise ValueError("the checksum is that of another value")
    value: bytes = row.value
    return value


def _mark_used(connection: Connection, ids: Sequence[int]) -> None:
    now = clock(connection)
    for chunk in chunks(ids):
        connection.execute(update(entries).where(entries.c.id.in_(chunk)).values(used=now))


def checksum(space: Space, key: bytes, value: bytes) -> int:
    """Return the CRC-32 of a row's key and value; a value under another key has another."""
    start = "\0".join(space).encode() + b"\0" + key + b"\0"
    return zlib.crc32(value, zlib.crc32(start))


def write[T](
    connection: Connection,
    space: Space,
    values: Mapping[bytes, T],
    encode: Callable[[T], bytes],
) -> None:
    """Write all values; replace those that are there under their keys."""
    statement, now = _upsert(connection.dialect.name), clock(connection)
    for chunk in chunks(sorted(values)):
        connection.execute(statement, [_row(space, key, encode(values[key]), now) for key in chunk])


def _upsert(dialect: str) -> Insert:
    insert: Any = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect](entries)
    changed = ("created", "used", "bytes", "checksum", "value")
    statement: Insert = insert.on_conflict_do_update(
        index_elements=["key", "kind", "source", "version"],
        set_={name: insert.excluded[name] for name in changed},
    )
    return statement


def _row(space: Space, key: bytes, value: bytes, now: float) -> dict[str, Any]:
    return {
        **space._asdict(),
        "key": key,
        "created": now,
        "used": now,
        "bytes": len(value) + OVERHEAD_BYTES,
        "checksum": checksum(space, key, value),
        "value": value,
    }


def encode_embedding(embedding: Embedding) -> bytes:
    """Return the numbers as little-endian float32."""
    return np.ascontiguousarray(embedding, dtype="<f4").tobytes()


def decode_embedding(blob: bytes) -> Embedding:
    """Return an embedding: float32, 1-D, the caller's own.

    Raises:
        ValueError: the length is not a multiple of 4.
    """
    return np.frombuffer(blob, dtype="<f4").astype(np.float32)


def encode_annotation(value: Annotation, day: date) -> bytes:
    """Return an annotation and its day as JSON in UTF-8."""
    document = {"day": day.isoformat(), "value": value}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def decode_annotation(blob: bytes) -> tuple[Annotation, date]:
    """Return an annotation and its day.

    Raises:
        ValueError: `encode_annotation` did not write it.
    """
    match json.loads(blob):
        case {"day": str(day), "value": dict(value)}:
            return value, date.fromisoformat(day)
    raise ValueError("not an annotation")
