"""A store's database: its transactions, its clock, and its failures in plain words."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Double, cast, func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from steps.cache import engine, tables
from steps.errors import StepError


def clock(connection: Connection) -> float:
    """Seconds since 1970; of the server for PostgreSQL, whose clients' clocks may differ."""
    if connection.dialect.name == "sqlite":
        return time.time()
    return connection.scalar(select(cast(func.extract("epoch", func.clock_timestamp()), Double)))


class Database:
    """The SQLite file or the PostgreSQL URL `place`, opened, with the tables of a store.

    Raises:
        StepError: CACHE_UNAVAILABLE, here and in every transaction, if it cannot be used.
    """

    def __init__(self, place: Path | str):
        self.path = place if isinstance(place, Path) else None
        self.name = str(place)
        with self._explained():
            made = engine.sqlite_engine(place) if self.path else engine.postgres_engine(place)
        self._engine = made
        self._writer = made.execution_options(writes=True)
        try:
            with self.writing() as connection:
                tables.prepare(connection, clock(connection))
        except BaseException:
            self.close()
            raise

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that changes nothing."""
        with self._explained(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The only writing transaction at this time; committed on a clean exit, else undone."""
        with self._explained(), self._writer.begin() as connection:
            yield connection

    def compact(self) -> None:
        """Give the room of removed rows back to the file system, as far as that is ours to do."""
        with self._explained():
            engine.compact(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error, OSError, tables.WrongSchema) as error:
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> StepError:
        if self.path:
            remedy = "Repair or delete the file (its contents can be made again)"
        else:
            remedy = "Make sure that the server runs and lets you use this database"
        return StepError(
            "CACHE_UNAVAILABLE",
            f"The store {self.name} cannot be used: {_reason(error)}. {remedy}, name another "
            "store, or run with `cache: none`.",
        )


def _reason(error: Exception) -> str:
    """What the driver says, without the statement and the values that SQLAlchemy adds."""
    error = error.orig if isinstance(error, DBAPIError) and error.orig else error
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__
