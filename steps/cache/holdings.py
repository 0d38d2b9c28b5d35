"""What a store holds: a line for each model or source, and all vectors of one of them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from sqlalchemy import func, select

from steps.cache.database import Database
from steps.cache.entries import CHUNK, VALUE, Space, intact
from steps.cache.tables import entries
from steps.cache.values import decode_vector


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
    """A line for each model and revision, and for each source and schema version."""
    space = [entries.c[name] for name in Space._fields]
    size, oldest, used = (
        func.sum(entries.c.bytes),
        func.min(entries.c.created),
        func.max(entries.c.used),
    )
    query = select(*space, func.count(), size, oldest, used).group_by(*space).order_by(*space)
    with database.reading() as connection:
        rows = connection.execute(query).all()
    return [
        Holding(*row[:4], int(row[4]), *(datetime.fromtimestamp(time, UTC) for time in row[5:]))
        for row in rows
    ]


def vectors(database: Database, space: Space) -> Iterator[tuple[bytes, np.ndarray]]:
    """(digest, vector) of all undamaged rows of `space`, by digest, a few at a time."""
    query = select(entries.c.key, entries.c.checksum, VALUE).where(*space.rows())
    query, last = query.order_by(entries.c.key).limit(CHUNK), b""
    while True:
        with database.reading() as connection:
            rows = connection.execute(query.where(entries.c.key > last)).all()
        if not rows:
            return
        for row in rows:
            try:
                vector = decode_vector(intact(space, row))
            except (TypeError, ValueError):
                continue
            yield row.key, vector
        last = rows[-1].key
