"""Claims: which living process computes what, so that two never compute the same.

A process has a lease of some seconds and renews it while it lives. Claims name their owner, and are
void as soon as its lease has ended.
"""

import logging
import threading
from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from steps.cache.database import Database, claims, clock, leases
from steps.cache.entries import chunks
from steps.errors import StepError

log = logging.getLogger("steps")

LEASE_SECONDS = 30.0
#: Twice may fail (the database is busy or away) before the lease ends.
RENEW_SECONDS = 10.0


class Claims:
    """The claims of one cache. Its methods take connections of writing transactions."""

    def __init__(self, database: Database):
        self._database = database
        self._owner = uuid4().hex
        self._ended = threading.Event()
        self._renewal: threading.Thread | None = None

    def take(
        self, connection: Connection, model: str, revision: str, digests: Sequence[bytes]
    ) -> set[bytes]:
        """Claim digests that no living owner has; return those that are now this owner's."""
        now = clock(connection)
        _remove_ended(connection, now)
        self._lease(connection, now)
        mine: set[bytes] = set()
        for chunk in chunks(sorted(digests)):
            mine |= self._take(connection, model, revision, chunk)
        return mine

    def _take(
        self, connection: Connection, model: str, revision: str, digests: Sequence[bytes]
    ) -> set[bytes]:
        query = select(claims.c.digest, claims.c.owner).where(*_these(model, revision, digests))
        owners = {digest: owner for digest, owner in connection.execute(query)}
        free = [digest for digest in digests if digest not in owners]
        if free:
            row = {"model": model, "revision": revision, "owner": self._owner}
            connection.execute(insert(claims), [row | {"digest": digest} for digest in free])
        return {*free, *(digest for digest, owner in owners.items() if owner == self._owner)}

    def _lease(self, connection: Connection, now: float) -> None:
        if not self._extend(connection, now):
            row = {"owner": self._owner, "until": now + LEASE_SECONDS}
            connection.execute(insert(leases).values(row))
        if self._renewal is None:
            self._ended.clear()
            self._renewal = threading.Thread(target=self._renew, name="claims", daemon=True)
            self._renewal.start()

    def _extend(self, connection: Connection, now: float) -> bool:
        """Renew the lease; return whether there still is one."""
        mine = update(leases).where(leases.c.owner == self._owner)
        return connection.execute(mine.values(until=now + LEASE_SECONDS)).rowcount > 0

    def _renew(self) -> None:
        while not self._ended.wait(RENEW_SECONDS):
            try:
                with self._database.writing() as connection:
                    self._extend(connection, clock(connection))
            except StepError as error:
                # The next use of the cache raises it; a lost lease costs no more than double work.
                log.debug("The lease was not renewed: %s", error)

    def drop(
        self, connection: Connection, model: str, revision: str, digests: Sequence[bytes]
    ) -> None:
        """Release these: they are in the cache now."""
        if self._renewal is None:
            return
        mine = delete(claims).where(claims.c.owner == self._owner)
        for chunk in chunks(sorted(digests)):
            connection.execute(mine.where(*_these(model, revision, chunk)))

    def abandon(self) -> None:
        """Renew the lease no longer, without a word to the database."""
        self._ended.set()

    def release(self) -> None:
        """Release all claims, and the lease."""
        if self._renewal is None:
            return
        self._ended.set()
        self._renewal.join()
        self._renewal = None
        with self._database.writing() as connection:
            for table in (claims, leases):
                connection.execute(delete(table).where(table.c.owner == self._owner))


def _these(model: str, revision: str, digests: Sequence[bytes]) -> tuple[ColumnElement[bool], ...]:
    return (
        claims.c.model == model,
        claims.c.revision == revision,
        claims.c.digest.in_(digests),
    )


def _remove_ended(connection: Connection, now: float) -> None:
    """Remove claims without a living owner, whose lease ends neither before now nor in an age."""
    last = now + 2 * LEASE_SECONDS
    living = select(leases.c.owner).where(leases.c.until.between(now, last))
    for table in (claims, leases):
        connection.execute(delete(table).where(table.c.owner.not_in(living)))
