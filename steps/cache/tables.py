"""The tables of a store, the same in SQLite and PostgreSQL."""

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
    insert,
    inspect,
    select,
)

#: Goes up with every change of a table or of what its bytes mean. There is no migration: what an
#: older version of the store holds can be made again.
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
    # With `bytes`, the size of the store is a sum over this index alone.
    Index("protspace_entries_used", "used", "bytes"),
)

#: Who is alive: a lease that is not renewed ends, and its owner's claims with it.
leases = Table(
    "protspace_leases",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("until", Double, nullable=False),
)

#: Who computes what at the moment.
claims = Table(
    "protspace_claims",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("model", Text, primary_key=True),
    Column("revision", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    sqlite_with_rowid=False,
)


class WrongSchema(Exception):
    """The database is not a store that this version can use; `str` is the reason."""


def prepare(connection: Connection, now: float) -> None:
    """Make the tables of a new store, or make sure that those there are of this version.

    Raises:
        WrongSchema: another version wrote the store, or the SQLite file is something else.
    """
    names = set(inspect(connection).get_table_names())
    if about.name in names:
        _check_version(connection)
    elif names & set(metadata.tables) or (names and connection.dialect.name == "sqlite"):
        raise WrongSchema("it has other tables than a store has")
    else:
        metadata.create_all(connection)
        connection.execute(insert(about).values(schema_version=SCHEMA_VERSION, pruned=now))


def _check_version(connection: Connection) -> None:
    found = connection.scalar(select(about.c.schema_version))
    if found != SCHEMA_VERSION:
        raise WrongSchema(
            f"it has schema version {found}, and this version of the pipeline uses {SCHEMA_VERSION}"
        )
