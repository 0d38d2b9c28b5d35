"""Rows of a store: bytes under a key, with a checksum, a time of writing and one of last use."""

import logging
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import NamedTuple

from sqlalchemy import Connection, Insert, LargeBinary, Row, bindparam, cast, select, update
from sqlalchemy.dialects import postgresql, sqlite

from steps.cache.database import Database, clock
from steps.cache.tables import entries

log = logging.getLogger("steps")

#: Keys in one IN list, and rows in one statement. SQLite allows 32,766 values at least.
CHUNK = 500
#: Keys in one transaction, where many transactions do as well: others write in between.
PORTION = 20_000
#: What a row takes beside its value, by and large: keys, times, indexes and room left in pages
#: (measured 260 to 2,200 bytes, as the length of the vector fits SQLite's pages).
OVERHEAD_BYTES = 1_000
#: A row that was used is marked so once in this time, not with each use.
_MARK_SECONDS = 3_600
#: A bit is enough to make SQLite take bytes for text, which it then fails to decode.
VALUE = cast(entries.c.value, LargeBinary).label("value")


class Space(NamedTuple):
    """What keys are unique within: model and revision, or source and schema version."""

    kind: str
    source: str
    version: str

    def rows(self) -> tuple:
        """The conditions that select all rows of this space."""
        return tuple(entries.c[name] == value for name, value in self._asdict().items())


@dataclass
class Found[T]:
    """Values of the rows that are there, neither expired nor damaged."""

    values: dict[bytes, T] = field(default_factory=dict)
    unmarked: list[int] = field(default_factory=list)
    damaged: int = 0


def chunks[T](items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    return batched(items, CHUNK)


def look_up[T](
    database: Database,
    space: Space,
    keys: Sequence[bytes],
    max_age: float | None,
    decode: Callable[[bytes], T],
) -> dict[bytes, T]:
    """`read` in a transaction of its own, then mark the rows as used; damage is a warning."""
    with database.reading() as connection:
        found = read(connection, space, keys, max_age, decode)
    if found.damaged:
        message = "Damaged entries of the store %s, which count as missing: %d."
        log.warning(message, database.name, found.damaged)
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
    """Find `keys`, at most `max_age` seconds old. `decode` raises ValueError for damaged bytes."""
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


def _take(found: Found, space: Space, row: Row, now: float, decode: Callable) -> None:
    try:
        value = decode(intact(space, row))
        marked = row.used >= now - _MARK_SECONDS
    except (TypeError, ValueError):
        found.damaged += 1
        return
    found.values[row.key] = value
    if not marked:
        found.unmarked.append(row.id)


def intact(space: Space, row: Row) -> bytes:
    """The row's value. Raises TypeError or ValueError if it is damaged."""
    if row.checksum != checksum(space, row.key, row.value):
        raise ValueError("the checksum is that of another value")
    return row.value


def _mark_used(connection: Connection, ids: Sequence[int]) -> None:
    now = clock(connection)
    for chunk in chunks(ids):
        connection.execute(update(entries).where(entries.c.id.in_(chunk)).values(used=now))


def checksum(space: Space, key: bytes, value: bytes) -> int:
    """CRC-32 of a row's key and value, so that a value under another's key is noticed too."""
    start = "\0".join(space).encode() + b"\0" + key + b"\0"
    return zlib.crc32(value, zlib.crc32(start))


def write[T](
    connection: Connection,
    space: Space,
    values: Mapping[bytes, T],
    encode: Callable[[T], bytes],
) -> None:
    """Write all values, in place of what is there under their keys."""
    statement, now = _upsert(connection.dialect.name), clock(connection)
    for chunk in chunks(sorted(values)):
        connection.execute(statement, [_row(space, key, encode(values[key]), now) for key in chunk])


def _upsert(dialect: str) -> Insert:
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[dialect](entries)
    changed = ("created", "used", "bytes", "checksum", "value")
    return insert.on_conflict_do_update(
        index_elements=["key", "kind", "source", "version"],
        set_={name: insert.excluded[name] for name in changed},
    )


def _row(space: Space, key: bytes, value: bytes, now: float) -> dict:
    return {
        **space._asdict(),
        "key": key,
        "created": now,
        "used": now,
        "bytes": len(value) + OVERHEAD_BYTES,
        "checksum": checksum(space, key, value),
        "value": value,
    }
