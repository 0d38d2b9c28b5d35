"""Expiry of old entries, then LRU eviction of those beyond the size of the cache.

Both work in transactions of some megabytes, so that nobody waits long for their turn to write.
"""

from decimal import Decimal
from math import isfinite
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from steps.cache.database import Database, about, clock, entries
from steps.cache.entries import chunks
from steps.cache.failures import NotACache
from steps.cache.revisions import IMPORTED

_ROWS_A_STEP = 10_000
_BYTES_A_STEP = 50_000_000
_DAY_SECONDS = 86_400


class Pruned(NamedTuple):
    """Numbers of rows that pruning removed."""

    expired: int
    evicted: int


def prune(database: Database, max_age: float | None, max_bytes: float | None) -> Pruned:
    """Apply both bounds (seconds, bytes; `None` is no bound) and shrink the file."""
    expired = 0 if max_age is None else expire(database, max_age)
    evicted = 0 if max_bytes is None else evict(database, max_bytes)
    with database.writing() as connection:
        connection.execute(update(about).values(pruned=clock(connection)))
    database.compact()
    return Pruned(expired, evicted)


def is_due(database: Database) -> bool:
    """Return whether the cache was last pruned more than a day ago."""
    with database.reading() as connection:
        last = connection.scalar(select(about.c.pruned)) or 0.0
        return bool(clock(connection) - number(last) > _DAY_SECONDS)


def expire(database: Database, max_age: float) -> int:
    """Remove rows written more than `max_age` seconds ago; return their number."""
    removed = 0
    while step := _expire_some(database, max_age):
        removed += step
    return removed


def _expire_some(database: Database, max_age: float) -> int:
    with database.writing() as connection:
        old = select(entries.c.id).where(entries.c.created < clock(connection) - max_age)
        due = old.where(entries.c.version != IMPORTED)
        ids = list(connection.scalars(due.limit(_ROWS_A_STEP)))
        return _remove(connection, ids)


def evict(database: Database, max_bytes: float) -> int:
    """Remove least recently used rows until the rest fits `max_bytes`; return their number."""
    removed = 0
    while step := _evict_some(database, max_bytes):
        removed += step
    return removed


def _evict_some(database: Database, max_bytes: float) -> int:
    with database.writing() as connection:
        # Anew in each transaction: another process may be evicting as well.
        excess = size(connection) - max_bytes
        ids = _oldest(connection, min(excess, _BYTES_A_STEP)) if excess > 0 else []
        return _remove(connection, ids)


def size(connection: Connection) -> int:
    """Return the bytes of all rows, as they are counted against the bound."""
    return int(number(connection.scalar(select(func.sum(entries.c.bytes))) or 0))


def _oldest(connection: Connection, wanted: float) -> list[int]:
    """Return ids of least recently used rows of `wanted` bytes, or as many as one step takes."""
    query = select(entries.c.id, entries.c.bytes).order_by(entries.c.used, entries.c.id)
    ids = []
    for row in connection.execute(query.limit(_ROWS_A_STEP)).all():
        if wanted <= 0:
            break
        ids.append(row.id)
        wanted -= number(row.bytes)
    return ids


def number(value: object) -> float:
    """Return a value that is a number, unless the page that it lies on is damaged.

    Raises:
        NotACache: it is none.
    """
    # PostgreSQL's sums are of type Decimal.
    if isinstance(value, (int, float, Decimal)) and isfinite(value):
        return float(value)
    raise NotACache("a number in it is damaged")


def _remove(connection: Connection, ids: list[int]) -> int:
    """Remove rows; return their number.

    Raises:
        NotACache: an index names rows that are not there, and would do so again and again.
    """
    removed = 0
    for chunk in chunks(ids):
        removed += connection.execute(delete(entries).where(entries.c.id.in_(chunk))).rowcount
    if ids and not removed:
        raise NotACache("an index of it is damaged")
    return removed
