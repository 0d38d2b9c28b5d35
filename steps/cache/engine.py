"""Connections to the two kinds of database, each set up so that transactions mean the same.

One writer at a time: SQLite's `BEGIN IMMEDIATE`, and in PostgreSQL an advisory lock that a
transaction holds to its end. So no two transactions wait for each other's rows, and what a writer
reads stays as it is until it commits. Writers are brief.
"""

from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from steps.cache.sqlite_file import BUSY_SECONDS, SqliteFile

#: Any number, the same in all processes; PostgreSQL keeps these locks apart by database.
_LOCK = 0x70726F74_73746F72
_POSTGRES_WRITE = (
    f"SELECT set_config('lock_timeout', '{BUSY_SECONDS}s', true),"
    f" set_config('idle_in_transaction_session_timeout', '{BUSY_SECONDS}s', true),"
    f" pg_advisory_xact_lock({_LOCK})"
)


def sqlite_engine(file: SqliteFile) -> Engine:
    """Return an engine of connections to an SQLite file; make its folder if need be."""
    file.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = URL.create("sqlite", database=str(file.path))
    engine = create_engine(url, creator=file.connect)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def postgres_engine(url: str) -> Engine:
    """Return connections to a PostgreSQL database by a postgresql:// URL without password."""
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": 10, "cursor_factory": _binary_cursor()},
        # Between two batches a firewall may have dropped the connection.
        pool_pre_ping=True,
    )
    event.listen(engine, "begin", _begin_postgres)
    return engine


def _binary_cursor() -> type:
    """Return psycopg's cursor that takes results as bytes; as text they would be hexadecimal."""
    from psycopg import Cursor
    from psycopg.pq import Format

    class BinaryCursor(Cursor[Any]):
        def __init__(self, *arguments: Any, **options: Any):  # noqa: ANN401  (psycopg's own)
            super().__init__(*arguments, **options)
            self.format = Format.BINARY

    return BinaryCursor


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _begin_postgres(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(_POSTGRES_WRITE)
