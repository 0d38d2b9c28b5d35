"""UniProt, taxonomy and TED, queried by accession, and InterPro, queried by sequence checksum.

Each is asked through protspace's own retriever. UniProt asks users for at most 200 requests a
second; InterPro and the AlphaFold Database publish no limit, so protspace's applies.
"""

import hashlib
from collections.abc import Sequence

import requests
from protspace.data.annotations.retrievers import http_utils
from protspace.data.annotations.retrievers import interpro_retriever as interpro
from protspace.data.annotations.retrievers import taxonomy_retriever as taxonomy
from protspace.data.annotations.retrievers import ted_retriever as ted
from protspace.data.annotations.retrievers import uniprot_retriever as uniprot
from protspace.data.parsers.uniprot_parser import UniProtEntry

from steps.annotate.remote.catalogue import SOURCES
from steps.annotate.remote.source import Source, Values


class UniProt(Source):
    """UniProt entries by accession; protspace resolves merged and deleted ones."""

    name, label, schema_version = "uniprot", "UniProt", 1
    url = "https://rest.uniprot.org/uniprotkb/accessions"
    batch, in_flight = 100, 8

    def __init__(self) -> None:
        self.releases: set[str] = set()

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Return answers by key; see `Source.ask`."""
        retriever = uniprot.UniProtRetriever(headers=list(keys))
        # All of a batch on one page: by default UniProt gives 25 entries at a time.
        records = http_utils.paginated_get(
            self.url,
            params={"accessions": ",".join(keys), "size": "500"},
            on_response=retriever._record_release,
            session=session,
        )
        entries = [UniProtEntry(record) for record in records]
        found = {entry.entry: retriever._extract_annotations(entry) for entry in entries}
        if gone := [key for key in keys if key not in found]:
            retrying = _RetryingSession(session)
            resolved, _, _ = retriever._resolve_inactive_entries(gone, session=retrying)
            retrying.raise_for_failure()
            found |= {entry.identifier: entry.annotations for entry in resolved}
        self.releases |= retriever.releases
        return {key: found[key] for key in keys}


class _RetryingSession:
    """A session that tries requests again, for protspace's look-up of inactive entries.

    That asks once, and takes an entry for deleted if the request fails; so a failure is remembered.
    """

    def __init__(self, session: http_utils.PooledSession) -> None:
        self._session = session
        self._failure: requests.RequestException | None = None

    def get(self, url: str, **options: object) -> requests.Response:
        """Return the response; keep protspace's own time limit."""
        options.pop("timeout", None)
        try:
            response: requests.Response = http_utils.get_with_retry(
                url, session=self._session, **options
            )
        except requests.HTTPError as error:
            if error.response.status_code in http_utils.RETRYABLE_STATUS:
                self._failure = error
            return error.response
        except requests.RequestException as error:
            self._failure = error
            raise
        return response

    def raise_for_failure(self) -> None:
        """Raise the error of a request that failed after all tries.

        Raises:
            requests.RequestException: the last one.
        """
        if self._failure:
            raise self._failure


class Taxonomy(Source):
    """Lineages by taxon id, written in decimal."""

    name, label, schema_version = "taxonomy", "UniProt taxonomy", 1
    url = taxonomy.TAXONOMY_API_URL
    batch, in_flight = 100, 4

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Return answers by key; see `Source.ask`."""
        retriever = taxonomy.TaxonomyRetriever([int(key) for key in keys], list(SOURCES[self.name]))
        query = " OR ".join(f"id:{key}" for key in keys)
        entries = http_utils.paginated_get(
            self.url, params={"query": query, "format": "json", "size": "500"}, session=session
        )
        found = {str(entry["taxonId"]): retriever._extract_taxonomy(entry) for entry in entries}
        empty = dict.fromkeys(SOURCES[self.name], "")
        return {key: found.get(key, empty) for key in keys}


class InterPro(Source):
    """InterPro matches by the MD5 of a sequence, in upper case."""

    name, label, schema_version = "interpro", "InterPro", 1
    url = f"{interpro.BASE_URL}/matches"
    batch, in_flight = interpro.CHUNK_SIZE, interpro.MAX_CONCURRENT_REQUESTS

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Return answers by key; see `Source.ask`."""
        retriever = interpro.InterProRetriever(annotations=list(SOURCES[self.name]))
        answer = retriever._post_batch(session, list(keys))
        if isinstance(answer, Exception):
            raise answer
        # A sequence without any match has an answer, too; without an answer it is missing.
        known = {key: [key] for key in (found.get("md5") for found in answer) if key in keys}
        parsed = retriever._parse_interpro_results(answer, known)
        return {found.identifier: found.annotations for found in parsed}


def md5(sequence: str) -> str:
    """Return InterPro's key of a sequence: its MD5 in upper case."""
    return hashlib.md5(sequence.encode(), usedforsecurity=False).hexdigest().upper()


class Ted(Source):
    """Domains of AlphaFold models by accession, one request each."""

    name, label, schema_version = "ted", "TED", 1
    url = ted.ALPHAFOLD_DOMAINS_URL
    batch, in_flight = 4, ted.MAX_CONCURRENT_REQUESTS

    def __init__(self) -> None:
        self._retriever = ted.TedRetriever()

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Return answers by key; see `Source.ask`."""
        found: dict[str, Values] = {}
        for key in keys:
            value, error = self._retriever._try_lookup(session, key, http_utils.MAX_ATTEMPTS)
            if error is None:
                found[key] = {"ted_domains": value}
            elif not found:
                # The first one used up all its tries, and so would the others.
                raise error
        return found
