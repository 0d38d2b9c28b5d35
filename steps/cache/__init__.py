"""The store: embeddings and annotations under what they were made from, so none is made twice.

A vector is found by model, revision and SHA-256 of the sequence, an annotation by source, schema
version and accession; neither knows of files, runs or identifiers of the user. docs/cache.md says
where a store is, how long it keeps what, and how to look into it.

Importing this package is cheap; SQLAlchemy and NumPy are loaded when a store is opened.
"""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from steps.cache.location import check_cache, default_path
from steps.config import defaults
from steps.errors import StepError

if TYPE_CHECKING:
    from steps.cache.cache import Store

__all__ = ["Store", "check_cache", "default_path", "open_store", "sequence_digest"]

_DAY_SECONDS = 86_400
_GIGABYTE = 1_000_000_000


def sequence_digest(sequence: str) -> bytes:
    """The key of a sequence (upper case, no gaps): its SHA-256, 32 bytes."""
    return sha256(sequence.encode()).digest()


def open_store(
    cache: str,
    *,
    max_age_days: float | None = defaults.CACHE_DAYS,
    max_gigabytes: float | None = defaults.CACHE_GIGABYTES,
    private: Path | None = None,
) -> "Store":
    """Open the store that `cache` names, and make it where there is none.

    Args:
        cache: see `check_cache`. `none` is the SQLite file `private`, without any bound: what one
            caller keeps until its work is complete and `Store.discard` removes it.
        max_age_days: what was written longer ago is not returned, and removed when pruning.
        max_gigabytes: pruning keeps the store below this (10**9 bytes), least recently used first.

    Raises:
        StepError: INVALID_CONFIG for another `cache`; CACHE_UNAVAILABLE if it cannot be used.
    """
    from steps.cache.cache import Store
    from steps.cache.database import Database

    place = _place(cache, private)
    if place == private:
        return Store(Database(place), private=True)
    age = None if max_age_days is None else max_age_days * _DAY_SECONDS
    size = None if max_gigabytes is None else max_gigabytes * _GIGABYTE
    return Store(Database(place), max_age=age, max_bytes=size)


def _place(cache: str, private: Path | None) -> Path | str:
    """The SQLite file or the PostgreSQL URL behind the value of `cache`."""
    try:
        cache = check_cache(cache)
    except ValueError as error:
        raise StepError("INVALID_CONFIG", f"Key 'cache': {error}") from None
    if cache == "none":
        if private is None:
            raise ValueError("a store of the kind 'none' needs the path of a private file")
        return private
    if cache == "default":
        return default_path()
    return cache if "://" in cache else Path(cache)


def __getattr__(name: str) -> Any:
    """`Store`, for annotations, without loading SQLAlchemy for who only checks a value."""
    if name == "Store":
        from steps.cache.cache import Store

        return Store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
