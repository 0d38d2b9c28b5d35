"""Recognise UniProt queries among the values of `input`, and name their data sets."""

import hashlib
import re

from steps.errors import StepError

_PREFIX = "uniprot:"
#: The whole address of a request must stay below 8 kB, percent-encoded.
_MOST = 2000
#: Characters of the name of a data set, which is part of paths.
_NAME = 60


def is_query(source: str) -> bool:
    """Return whether a value of `input` is a UniProt query: `uniprot:(family:phospholipase)`."""
    return source[: len(_PREFIX)].lower() == _PREFIX


def query_of(source: str) -> str:
    """Return the query of such a value, each run of blanks as one.

    Raises:
        StepError: INVALID_QUERY, for one that cannot be sent.
    """
    query = " ".join(source[len(_PREFIX) :].split())
    _check(query)
    return query


def _check(query: str) -> None:
    if not query:
        raise StepError(
            "INVALID_QUERY",
            "The UniProt query is empty. Write one such as "
            "uniprot:(family:phospholipase) AND (reviewed:true).",
        )
    if not query.isprintable():
        raise StepError(
            "INVALID_QUERY",
            "The UniProt query holds characters that cannot be seen. Type it again.",
        )
    if len(query) > _MOST:
        raise StepError(
            "INVALID_QUERY",
            f"The UniProt query has {len(query):,} characters; at most {_MOST:,} are sent. For "
            "many proteins, give a file with their accessions.",
        )


def dataset_name(query: str) -> str:
    """Return the name of a query's data set; a long one is cut, and ends with a digest."""
    name = re.sub(r"[^A-Za-z0-9.+-]+", "_", query).strip("._-") or "uniprot"
    if len(name) <= _NAME:
        return name
    digest = hashlib.sha256(query.encode()).hexdigest()[:8]
    return f"{name[:_NAME].rstrip('._-')}-{digest}"
