"""An SQLite file: connections to it, and freeing the room of what was removed."""

import errno
import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path

from steps.cache import aside
from steps.cache.failures import NotACache

#: How long to wait for other writers before giving up.
BUSY_SECONDS = 60
_CHECKPOINT_SECONDS = 5
_PAGES_A_STEP = 2_000


class SqliteFile:
    """An SQLite file to connect to, made for this user alone where there is none.

    All connections are to one file: `identity` is that of the first. Should another one take its
    name, a further connection fails.
    """

    def __init__(self, path: Path):
        # Where a link leads: SQLite names its other files so, and a link may lead nowhere yet.
        self.path = Path(os.path.realpath(path))
        self.identity: aside.Identity | None = None

    def connect(self) -> sqlite3.Connection:
        """Return a connection.

        Raises:
            sqlite3.Error, OSError, NotACache: there can be none.
        """
        with aside.locked(self.path.parent):
            self._make()
            self._identify()
            # No isolation level: Python's module would otherwise begin transactions of its own.
            connection = sqlite3.connect(
                self.path, BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            try:
                _set_up(connection)
            except BaseException:
                connection.close()
                raise
        return connection

    def _make(self) -> None:
        # Never open one that exists: closing it would release SQLite's locks in this process.
        # SQLite gives its -wal and -shm files the permissions of this one.
        with suppress(FileExistsError):
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    def _identify(self) -> None:
        found = aside.identity_of(self.path)
        self.identity = self.identity or found
        if found != self.identity:
            raise NotACache("another file has taken its place")
        parts = [self.path.with_name(self.path.name + suffix) for suffix in aside.SUFFIXES]
        if any(part.is_dir() for part in parts):
            raise NotACache("a folder is in the place of a file")
        if not self.path.is_file():
            raise OSError(errno.EINVAL, "it is no file")


def _set_up(connection: sqlite3.Connection) -> None:
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


def compact(file: SqliteFile) -> None:
    """Free the pages of removed rows, step by step to let others write in between.

    Emptying the write-ahead log removes the last copy of those rows; while others read or write,
    this waits a little, and else leaves it to whoever closes the cache last.
    """
    connection = file.connect()
    try:
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
