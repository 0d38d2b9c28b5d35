"""The contents of a cache: a line for each model or source, and all embeddings of a model."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import func, select

from steps.cache.database import Database, entries
from steps.cache.entries import CHUNK, VALUE, Embedding, Space, decode_embedding, intact
from steps.cache.eviction import number
from steps.cache.failures import NotACache


class Holding(NamedTuple):
    """All rows of one space; `bytes` is what they count against the bound, times are UTC."""

    kind: str
    source: str
    version: str
    rows: int
    bytes: int
    oldest: datetime
    last_used: datetime


def holdings(database: Database) -> list[Holding]:
    """Return a line for each model and revision, and for each source and schema version."""
    space = [entries.c[name] for name in Space._fields]
    size, oldest, used = (
        func.sum(entries.c.bytes),
        func.min(entries.c.created),
        func.max(entries.c.used),
    )
    query = select(*space, func.count(), size, oldest, used).group_by(*space).order_by(*space)
    with database.reading() as connection:
        return [
            Holding(kind, source, version, count, int(number(size)), _utc(oldest), _utc(used))
            for kind, source, version, count, size, oldest, used in connection.execute(query)
        ]


def revisions(database: Database, model: str) -> list[str]:
    """Return the revisions of the embeddings of a model; read from an index alone."""
    mine = (entries.c.kind == "embedding", entries.c.source == model)
    query = select(entries.c.version).where(*mine).distinct().order_by(entries.c.version)
    with database.reading() as connection:
        return list(connection.scalars(query))


def _utc(seconds: object) -> datetime:
    try:
        return datetime.fromtimestamp(number(seconds), UTC)
    except (ValueError, OverflowError):
        raise NotACache("a time in it is damaged") from None


def embeddings(database: Database, space: Space) -> Iterator[tuple[bytes, Embedding]]:
    """Yield (digest, embedding) of all undamaged rows of `space`, by digest, a few at a time."""
    query = select(entries.c.key, entries.c.checksum, VALUE).where(*space.rows())
    query = query.order_by(entries.c.key).limit(CHUNK)
    last = b""
    while True:
        with database.reading() as connection:
            rows = connection.execute(query.where(entries.c.key > last)).all()
        if not rows:
            return
        if rows[-1].key <= last:
            raise NotACache("an index of it is damaged")
        for row in rows:
            try:
                embedding = decode_embedding(intact(space, row))
            except (TypeError, ValueError):
                continue
            yield row.key, embedding
        last = rows[-1].key
