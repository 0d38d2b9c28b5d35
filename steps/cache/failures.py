"""Failures of a cache: those that pass, and damage, for which its file has to make way."""

import os
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from steps.cache.aside import Identity
from steps.errors import StepError

#: Primary result codes of SQLite that only a damaged file has, or none of ours. Our statements
#: break no constraint of undamaged tables, and our values are small.
_DAMAGE = {
    sqlite3.SQLITE_CONSTRAINT,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FORMAT,
    sqlite3.SQLITE_MISMATCH,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_TOOBIG,
}
#: Extended codes: a file that is too short, and one that another process has set aside.
_DAMAGE_EXTENDED = {sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_READONLY_DBMOVED}
#: Messages of SQLITE_ERROR, which has no code of its own for tables that are not ours.
_OTHER_TABLES = ("no such ", "has no column", "on conflict clause", "unsupported file format")


class Unavailable(StepError):
    """The cache cannot be used: it is locked, full, away, or that of another version."""

    def __init__(self, message: str) -> None:
        super().__init__("CACHE_UNAVAILABLE", message)


class Damaged(Unavailable):
    """What lies at `path` is no cache, or a damaged one; `identity` is that of the file."""

    def __init__(self, message: str, path: Path, identity: Identity | None) -> None:
        super().__init__(message)
        self.path, self.identity = path, identity


class OtherVersion(Exception):
    """Another version of the pipeline made the cache; `str` is the reason."""


class NotACache(Exception):
    """The file, or a value in it, is nothing that this pipeline writes; `str` is the reason."""


def is_damage(error: Exception, path: Path) -> bool:
    """Return whether an error of the SQLite cache `path` says that this file is damaged."""
    error = cause(error)
    if not isinstance(error, sqlite3.Error):
        # SQLite's messages repeat damaged bytes, which Python fails to decode.
        return isinstance(error, (NotACache, UnicodeDecodeError))
    words = str(error).lower()
    code: int | None = getattr(error, "sqlite_errorcode", None)
    if code is None:
        # Python's own: bytes of a text that are no text.
        return "could not decode" in words
    if code & 0xFF == sqlite3.SQLITE_ERROR:
        return any(known in words for known in _OTHER_TABLES)
    if code == sqlite3.SQLITE_READONLY:
        # By its header, which has an unknown version, not by the rights of this user.
        return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    return code & 0xFF in _DAMAGE or code in _DAMAGE_EXTENDED


def cause(error: Exception) -> Exception:
    """Return the driver's error inside one of SQLAlchemy."""
    inner = error.orig if isinstance(error, DBAPIError) else None
    return inner if isinstance(inner, Exception) else error


def reason(error: Exception) -> str:
    """Return the driver's message, without the statement and values that SQLAlchemy adds."""
    error = cause(error)
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
