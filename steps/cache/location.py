"""Where a store is: the value of the key `cache`, checked without opening anything."""

from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

_ALLOWED = (
    "allowed: 'default', 'none', the absolute path of an SQLite file, or "
    "postgresql://user@host/database."
)
#: Parameters of a URL that are secrets too.
_SECRETS = {"password", "sslpassword"}


def check_cache(value: str) -> str:
    """The canonical form of `default`, `none`, the path of an SQLite file or a PostgreSQL URL.

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
    if path.is_dir():
        raise ValueError(f"'{value}' is a folder; name a file in it.")
    return str(path)


def default_path() -> Path:
    """The SQLite file of `default`, in the user's cache folder."""
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
    """The parts of a URL; a stray `@`, `:` or `#` may belong to a password and is refused."""
    try:
        parts = urlsplit(value)
        usable = (parts.port or 1) and "@" not in parts.path and not parts.fragment
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("the URL cannot be read; write postgresql://user@host/database.")
    return parts
