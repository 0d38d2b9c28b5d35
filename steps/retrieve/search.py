"""Search UniProtKB: the number of hits, and their entries page by page.

UniProt gives at most 500 entries a page, the number of all in `X-Total-Results`, and the address of
the next page in `Link` (https://www.uniprot.org/help/pagination).
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import requests

from steps.errors import StepError

URL = "https://rest.uniprot.org/uniprotkb/search"
PAGE = 500

#: Get an address with parameters, which may raise `requests.RequestException`.
type Get = Callable[[str, Mapping[str, str] | None], requests.Response]


class Page(NamedTuple):
    """Entries of one page as UniProt's JSON has them, and the release that they are of."""

    records: list[dict[str, Any]]
    release: str


def count(query: str, get: Get) -> int:
    """Return how many entries a query finds, without any of them.

    Raises:
        StepError: INVALID_QUERY, with UniProt's own message; UNIPROT_UNAVAILABLE.
    """
    response = _asked(get, URL, {"query": query, "format": "json", "size": "0"})
    total = response.headers.get("X-Total-Results", "")
    if not total.isdecimal():
        raise unavailable("its answer has no number of results")
    return int(total)


def pages(query: str, fields: str, get: Get) -> Iterator[Page]:
    """Yield all pages of a query, in the order of accessions.

    Raises:
        StepError: INVALID_QUERY, UNIPROT_UNAVAILABLE.
    """
    # The order by relevance, which is the default, is not the same each time.
    order = {"sort": "accession asc", "size": str(PAGE), "format": "json"}
    parameters: dict[str, str] | None = {"query": query, "fields": fields} | order
    url = URL
    while url:
        response = _asked(get, url, parameters)
        yield Page(_records(response), release_of(response))
        url, parameters = response.links.get("next", {}).get("url", ""), None


def release_of(response: requests.Response) -> str:
    """Return the release of UniProt that an answer is of, such as 2026_03."""
    return str(response.headers.get("X-UniProt-Release", ""))


def _records(response: requests.Response) -> list[dict[str, Any]]:
    try:
        records: list[dict[str, Any]] = response.json()["results"]
    except (ValueError, KeyError, TypeError):
        raise unavailable("its answer cannot be read") from None
    return records


def _asked(get: Get, url: str, parameters: Mapping[str, str] | None) -> requests.Response:
    try:
        return get(url, parameters)
    except requests.HTTPError as error:
        if error.response is not None and error.response.status_code == 400:
            raise _refused(error.response) from None
        reason = f"it answers {error.response.status_code}" if error.response is not None else ""
        raise unavailable(reason or "it does not answer") from error
    except requests.RequestException as error:
        raise unavailable("the connection failed or broke off") from error


def _refused(response: requests.Response) -> StepError:
    """Return the error for a malformed query, with the messages of UniProt's answer."""
    try:
        messages = [str(each).rstrip(". ") for each in response.json()["messages"]]
    except (ValueError, KeyError, TypeError):
        messages = []
    reason = "; ".join(messages)[:500] or "it gives no reason"
    return StepError(
        "INVALID_QUERY",
        f"UniProt refuses the query: {reason}. Correct it; "
        "https://www.uniprot.org/help/query-fields has the fields.",
    )


def unavailable(reason: str) -> StepError:
    """Return the error for a service that cannot be used."""
    return StepError(
        "UNIPROT_UNAVAILABLE",
        f"UniProt (rest.uniprot.org) cannot be used: {reason}. Run again later.",
    )
