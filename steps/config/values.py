"""Check single values of the configuration; each check raises ValueError with a sentence."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from steps.annotate.groups import GROUPS, is_table
from steps.annotate.remote.catalogue import SOURCES, is_remote, unknown
from steps.embed.models import OWN
from steps.embed.models.catalogue import WRONG_ON_BIOCENTRAL, find_model
from steps.errors import did_you_mean
from steps.optional.statistics import CLUSTERINGS

_SPREADSHEETS = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")


def listed(value: object) -> object:
    """Return `a,b` of a command line as the list [a, b], and nothing (`key=`) as the empty list."""
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in _parts(value.split(",")) if part.strip()]
    return value


def _parts(pieces: list[str]) -> Iterator[str]:
    """Yield what is between commas; the name of a table that is there may have some."""
    while pieces:
        ends = [end for end, piece in enumerate(pieces[1:], 2) if is_table(piece.strip())]
        joined = (",".join(pieces[:end]) for end in reversed(ends))
        part = next((it for it in joined if _is_file(it.strip())), pieces[0])
        yield part
        del pieces[: part.count(",") + 1]


def _is_file(path: str) -> bool:
    """Return whether a text is the path of a file; one that is too long for a path is none."""
    try:
        return Path(path).expanduser().is_file()
    except OSError:
        return False


def single(value: object) -> object:
    """Return the text of a list of one, in which a command line may quote it."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def name_or_date(value: object) -> object:
    """Return a name as text; YAML makes numbers and dates of some."""
    return str(value) if isinstance(value, (int, float, date)) else single(value)


def source_of_run(value: object) -> object:
    """Return the value of `input`: texts of a list with commas between them.

    YAML makes a mapping of `uniprot: insulin`.
    """
    if isinstance(value, dict) and [str(key).lower() for key in value] == ["uniprot"]:
        return f"uniprot:{next(iter(value.values()))}"
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return ",".join(value)
    return value


def embedder(name: str) -> str:
    """Return the canonical name of an embedder."""
    return name if name in OWN else find_model(name).name


def servable(name: str, backend: str) -> str:
    """Check that the backend computes this embedder correctly."""
    if backend == "biocentral" and name in WRONG_ON_BIOCENTRAL:
        raise ValueError(
            f"Biocentral answers '{name}' with embeddings of another model (it loads the "
            "checkpoint as an ESM-2). Set backend to local, or choose esm2_650m."
        )
    return name


def address(url: str) -> str:
    """Return an http(s) address without its final slash; refuse user and password."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise ValueError("the value is not an address like https://biocentral.rostlab.org.")
    return url.rstrip("/")


def identifiers_file(path: str) -> str:
    """Check that a file of identifiers exists; an empty path means none."""
    if path and not Path(path).expanduser().is_file():
        raise ValueError(
            f"there is no file '{path}'; give the absolute path of a text, an identifier a line."
        )
    return path


def styles_file(path: str) -> str:
    """Check that a file of styles exists; an empty path means none."""
    if path and not Path(path).expanduser().is_file():
        raise ValueError(f"there is no file '{path}'; give its absolute path.")
    return path


def annotation(name: str) -> str:
    """Return a group, a single annotation, or the absolute path of a table."""
    if not is_table(name) and (Path(name).is_file() or Path(name).suffix.lower() in _SPREADSHEETS):
        raise ValueError(
            f"'{name}' is no table that can be read. Save the sheet as CSV (UTF-8): tables are "
            ".csv, .tsv or .txt files."
        )
    if is_table(name):
        path = Path(name).expanduser()
        if not path.is_file():
            raise ValueError(f"there is no file '{name}'; give its absolute path.")
        return str(path.absolute())
    if name not in GROUPS and not is_remote(name):
        raise ValueError(unknown(name, list(GROUPS)))
    return name


def clustering(name: str) -> str:
    """Check how clusters are found."""
    if name not in CLUSTERINGS:
        hint = did_you_mean(name, list(CLUSTERINGS))
        raise ValueError(f"'{name}' is unknown; allowed: {', '.join(CLUSTERINGS)}.{hint}")
    return name


def source(name: str) -> str:
    """Check the name of a remote source of annotations."""
    if name not in SOURCES:
        allowed = list(SOURCES)
        raise ValueError(
            f"'{name}' is unknown; allowed: {', '.join(allowed)}.{did_you_mean(name, allowed)}"
        )
    return name
