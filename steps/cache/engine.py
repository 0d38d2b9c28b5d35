"""Connections to the two kinds of database, each set up so that transactions mean the same.

One writer at a time: SQLite's `BEGIN IMMEDIATE`, and in PostgreSQL an advisory lock that a
transaction holds to its end. So no two transactions wait for each other's rows, and what a writer
reads stays as it is until it commits. Writers are brief.
"""

import os
import sqlite3
import time
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

#: How long to wait for other writers before giving up.
BUSY_SECONDS = 60
_CHECKPOINT_SECONDS = 5
_PAGES_A_STEP = 2_000
#: Any number, the same in all processes; PostgreSQL keeps these locks apart by database.
_LOCK = 0x70726F74_73746F72
_POSTGRES_WRITE = (
    f"SELECT set_config('lock_timeout', '{BUSY_SECONDS}s', true),"
    f" set_config('idle_in_transaction_session_timeout', '{BUSY_SECONDS}s', true),"
    f" pg_advisory_xact_lock({_LOCK})"
)


def sqlite_engine(path: Path) -> Engine:
    """Return connections to the SQLite file `path`; make it, for this user alone, if need be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    # SQLite gives its -wal and -shm files the permissions of this one.
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # No isolation level: Python's module would otherwise begin transactions of its own.
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    event.listen(engine, "connect", _set_up)
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


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    # Only before the first page is written, which the change to WAL does.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    _switch_to_wal(connection)
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA secure_delete = ON")


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """Switch to write-ahead logging; SQLite does not wait where two processes do so at once."""
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.02)


def compact(engine: Engine) -> None:
    """Free the pages of removed rows, step by step to let others write in between.

    Emptying the write-ahead log removes the last copy of those rows; while others read or write,
    this waits a little, and else leaves it to whoever closes the cache last.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = sqlite3.connect(str(engine.url.database), BUSY_SECONDS, isolation_level=None)
    try:
        connection.execute("PRAGMA secure_delete = ON")
        before, free = -1, _free_pages(connection)
        while free and free != before:
            before, free = free, _free_some(connection)
        connection.execute(f"PRAGMA busy_timeout = {_CHECKPOINT_SECONDS * 1000}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _free_some(connection: sqlite3.Connection) -> int:
    """Truncate the file by some pages; return the number of those still free."""
    connection.execute(f"PRAGMA incremental_vacuum({_PAGES_A_STEP})").fetchall()
    return _free_pages(connection)


def _free_pages(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA freelist_count").fetchone()[0])
