"""The database of a cache: its tables, its transactions, and its failures in plain words."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    cast,
    func,
    insert,
    inspect,
    select,
)
from sqlalchemy.exc import SQLAlchemyError

from steps.cache import engine
from steps.cache.failures import Damaged, NotACache, OtherVersion, Unavailable, is_damage, reason
from steps.cache.sqlite_file import SqliteFile, compact

#: What the drivers raise, and what this module does.
_FAILURES = (SQLAlchemyError, sqlite3.Error, OSError, UnicodeDecodeError, NotACache, OtherVersion)

#: Goes up with every change of a table or of what its bytes mean. There is no migration: what an
#: older version of the cache holds can be made again.
SCHEMA_VERSION = 1

metadata = MetaData()

#: One row.
about = Table(
    "protspace_store",
    metadata,
    Column("schema_version", Integer, primary_key=True),
    Column("pruned", Double, nullable=False),
)

#: Everything kept. Times are seconds since 1970; `value` comes last, so that SQLite reads the
#: columns before it without following the pages of a long one.
entries = Table(
    "protspace_entries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("created", Double, nullable=False),
    Column("used", Double, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("checksum", BigInteger, nullable=False),
    Column("value", LargeBinary, nullable=False),
    # The key first: PostgreSQL would otherwise, before it has statistics, read a whole space.
    UniqueConstraint("key", "kind", "source", "version"),
    Index("protspace_entries_created", "created"),
    # With `bytes`, the size of the cache is a sum over this index alone.
    Index("protspace_entries_used", "used", "bytes"),
)

#: Living owners: a lease that is not renewed ends, and its owner's claims with it.
leases = Table(
    "protspace_leases",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("until", Double, nullable=False),
)

#: Digests that an owner computes at the moment.
claims = Table(
    "protspace_claims",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("revision", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    sqlite_with_rowid=False,
)


def prepare(connection: Connection, now: float) -> None:
    """Make the tables of a new cache, or check that those there are of this version.

    Raises:
        OtherVersion: another version wrote the cache.
        NotACache: the tables are those of something else.
    """
    names = set(inspect(connection).get_table_names())
    if about.name in names:
        _check_version(connection)
    elif names & set(metadata.tables) or (names and connection.dialect.name == "sqlite"):
        raise NotACache("it has other tables than a cache has")
    else:
        metadata.create_all(connection)
        connection.execute(insert(about).values(schema_version=SCHEMA_VERSION, pruned=now))


def _check_version(connection: Connection) -> None:
    versions = connection.scalars(select(about.c.schema_version).limit(2)).all()
    found = versions[0] if len(versions) == 1 else None
    if not isinstance(found, int) or found < 1:
        raise NotACache("it has no schema version")
    if found != SCHEMA_VERSION:
        raise OtherVersion(
            f"it has schema version {found}, and this version of the pipeline uses {SCHEMA_VERSION}"
        )


def clock(connection: Connection) -> float:
    """Return seconds since 1970; by the server for PostgreSQL, whose clients' clocks may differ."""
    if connection.dialect.name == "sqlite":
        return time.time()
    now = connection.scalar(select(cast(func.extract("epoch", func.clock_timestamp()), Double)))
    return float(now or 0.0)


class Database:
    """The SQLite file or the PostgreSQL URL `place`, opened, with the tables of a cache.

    Raises:
        Unavailable: here and in every transaction, if it cannot be used; `Damaged` where the file
            is the reason.
    """

    def __init__(self, place: Path | str):
        self.name = str(place)
        self._file = SqliteFile(place) if isinstance(place, Path) else None
        with self._explained():
            made = (
                engine.sqlite_engine(self._file)
                if self._file
                else engine.postgres_engine(self.name)
            )
        self._engine = made
        self._writer = made.execution_options(writes=True)
        try:
            with self.writing() as connection:
                prepare(connection, clock(connection))
        except BaseException:
            self.close()
            raise

    @property
    def path(self) -> Path | None:
        """The SQLite file."""
        return self._file.path if self._file else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Begin a transaction that changes nothing."""
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Begin the only writing transaction; commit it on a clean exit, else roll back."""
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def compact(self) -> None:
        """Free the room of removed rows; a PostgreSQL server does so itself."""
        if self._file:
            with self._explained():
                compact(self._file)

    def close(self) -> None:
        """Disconnect."""
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except _FAILURES as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> Unavailable:
        if self._file:
            remedy = "Repair or delete the file (its contents can be made again)"
        else:
            remedy = "Make sure that the server runs and lets you use this database"
        message = (
            f"The cache {self.name} cannot be used: {reason(error)}. {remedy}, name another "
            "cache, or run with `cache: none`."
        )
        if self._file and is_damage(error, self._file.path):
            return Damaged(message, self._file.path, self._file.identity)
        return Unavailable(message)
