"""The cache: embeddings and annotations under what they were made from, so none is made twice.

An embedding is found by model, revision and SHA-256 of the sequence, an annotation by source,
schema version and accession; neither knows of files, runs or identifiers of the user. docs/cache.md
says where a cache is, how long it keeps what, and how to look into it.

Importing this package is cheap; SQLAlchemy and NumPy are loaded when a cache is opened.
"""

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, parse_qs, urlsplit

from steps.config import defaults
from steps.errors import StepError

if TYPE_CHECKING:
    from steps.cache.cache import Cache

_DAY_SECONDS = 86_400
_GIGABYTE = 1_000_000_000
_ALLOWED = (
    "allowed: 'default', 'none', the absolute path of an SQLite file, or "
    "postgresql://user@host/database."
)
#: Parameters of a URL that are secrets too.
_SECRETS = {"password", "sslpassword"}


def sequence_digest(sequence: str) -> bytes:
    """Return the key of a sequence (upper case, no gaps): its SHA-256, 32 bytes."""
    return sha256(sequence.encode()).digest()


def open_cache(
    cache: str,
    *,
    max_age_days: float | None = defaults.CACHE_DAYS,
    max_gigabytes: float | None = defaults.CACHE_GIGABYTES,
    private: Path | None = None,
) -> "Cache":
    """Open the cache that `cache` names, and make it where there is none.

    Args:
        cache: see `check_cache`. `none` is the SQLite file `private`, without any bound: what one
            caller keeps until its work is complete and `Cache.discard` removes it.
        max_age_days: entries written longer ago are not returned, and removed when pruning.
        max_gigabytes: pruning keeps the cache below this (10**9 bytes) by LRU eviction.

    Raises:
        StepError: INVALID_CONFIG for another `cache`; CACHE_UNAVAILABLE if it cannot be used.
    """
    from steps.cache.cache import Cache
    from steps.cache.database import Database

    place = _place(cache, private)
    if place == private:
        return Cache(Database(place), private=True)
    age = None if max_age_days is None else max_age_days * _DAY_SECONDS
    size = None if max_gigabytes is None else max_gigabytes * _GIGABYTE
    return Cache(Database(place), max_age=age, max_bytes=size)


def _place(cache: str, private: Path | None) -> Path | str:
    """Return the SQLite file or the PostgreSQL URL behind the value of `cache`."""
    try:
        cache = check_cache(cache)
    except ValueError as error:
        raise StepError("INVALID_CONFIG", f"Key 'cache': {error}") from None
    if cache == "none":
        if private is None:
            raise ValueError("a cache of the kind 'none' needs the path of a private file")
        return private
    if cache == "default":
        return default_path()
    return cache if "://" in cache else Path(cache)


def check_cache(value: str) -> str:
    """Return the canonical form of `default`, `none`, an SQLite file or a PostgreSQL URL.

    Raises:
        ValueError: a sentence with what is allowed. It repeats no URL, which may hold a secret.
    """
    value = value.strip()
    if value.lower() in ("default", "none"):
        return value.lower()
    if "://" in value:
        return _check_url(value)
    path = Path(value)
    if not path.is_absolute():
        raise ValueError(f"'{value}' is not an absolute path; {_ALLOWED}")
    # A folder with the name of a database was made in its place; steps set it aside.
    if path.is_dir() and path.suffix not in (".db", ".sqlite", ".sqlite3"):
        raise ValueError(f"'{value}' is a folder; name a file in it.")
    return str(path)


def default_path() -> Path:
    """Return the SQLite file of `default`, in the user's cache folder."""
    from platformdirs import user_cache_path

    return user_cache_path("protspace-pipeline") / "store.sqlite"


def _check_url(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in ("postgresql", "postgres"):
        raise ValueError(f"a URL that does not start with postgresql:// is not known; {_ALLOWED}")
    parts = _split(value)
    if parts.password is not None or _SECRETS & parse_qs(parts.query).keys():
        raise ValueError(
            "leave the password out of the URL: PostgreSQL reads it from the file PGPASSFILE "
            "(~/.pgpass), or from the variable PGPASSWORD."
        )
    if not parts.path.strip("/"):
        raise ValueError("the URL names no database; write postgresql://user@host/database.")
    return f"postgresql://{rest}"


def _split(value: str) -> SplitResult:
    """Return the parts of a URL; refuse a stray `@`, `:` or `#`, which may be of a password."""
    try:
        parts = urlsplit(value)
        usable = (parts.port or 1) and "@" not in parts.path and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("the URL cannot be read; write postgresql://user@host/database.")
    return parts
