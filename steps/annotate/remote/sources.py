"""The remote services, each asked through protspace's own retriever.

Fair use: UniProt asks for no more than 200 requests a second and user; the InterPro and AlphaFold
services publish no number, so they get what protspace gives them.
"""

import hashlib
import re
from collections.abc import Sequence

from protspace.data.annotations.retrievers import http_utils
from protspace.data.annotations.retrievers import interpro_retriever as interpro
from protspace.data.annotations.retrievers import taxonomy_retriever as taxonomy
from protspace.data.annotations.retrievers import ted_retriever as ted
from protspace.data.annotations.retrievers import uniprot_retriever as uniprot
from protspace.data.parsers.uniprot_parser import UniProtEntry

from steps.annotate.remote.catalogue import SOURCES
from steps.annotate.remote.source import Source, Values

_ACCESSION = re.compile(r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2}")


def is_accession(identifier: str) -> bool:
    """Whether UniProt can know it: one malformed word makes it refuse a whole batch."""
    return bool(_ACCESSION.fullmatch(identifier))


class UniProt(Source):
    """Entries by accession; merged and deleted ones as protspace resolves them."""

    name, label, schema_version = "uniprot", "UniProt", 1
    url = "https://rest.uniprot.org/uniprotkb/accessions"
    batch, in_flight = 100, 8

    def __init__(self) -> None:
        self.releases: set[str] = set()

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
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
            patient = _Patient(session)
            resolved, _, _ = retriever._resolve_inactive_entries(gone, session=patient)
            patient.raise_for_lost()
            found |= {entry.identifier: entry.annotations for entry in resolved}
        self.releases |= retriever.releases
        return {key: found[key] for key in keys}


class _Patient:
    """A session for protspace's look-up of inactive entries, which asks once and takes any failure
    for a deleted entry: here each request is tried again, and a failure is remembered."""

    def __init__(self, session: http_utils.PooledSession):
        self._session, self._lost = session, None

    def get(self, url: str, **options):
        options.pop("timeout", None)
        try:
            return http_utils.get_with_retry(url, session=self._session, **options)
        except http_utils.requests.HTTPError as error:
            if error.response.status_code in http_utils.RETRYABLE_STATUS:
                self._lost = error
            return error.response
        except http_utils.requests.RequestException as error:
            self._lost = error
            raise

    def raise_for_lost(self) -> None:
        if self._lost:
            raise self._lost


class Taxonomy(Source):
    """Lineages by taxon id, in decimal."""

    name, label, schema_version = "taxonomy", "UniProt taxonomy", 1
    url = taxonomy.TAXONOMY_API_URL
    batch, in_flight = 100, 4

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        retriever = taxonomy.TaxonomyRetriever([int(key) for key in keys], list(SOURCES[self.name]))
        query = " OR ".join(f"id:{key}" for key in keys)
        entries = http_utils.paginated_get(
            self.url, params={"query": query, "format": "json", "size": "500"}, session=session
        )
        found = {str(entry["taxonId"]): retriever._extract_taxonomy(entry) for entry in entries}
        empty = dict.fromkeys(SOURCES[self.name], "")
        return {key: found.get(key, empty) for key in keys}


class InterPro(Source):
    """Matches by the MD5 of a sequence, in upper case."""

    name, label, schema_version = "interpro", "InterPro", 1
    url = f"{interpro.BASE_URL}/matches"
    batch, in_flight = interpro.CHUNK_SIZE, interpro.MAX_CONCURRENT_REQUESTS

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        retriever = interpro.InterProRetriever(annotations=list(SOURCES[self.name]))
        answer = retriever._post_batch(session, list(keys))
        if isinstance(answer, Exception):
            raise answer
        # A sequence without any match is answered too; one that is not is lost.
        known = {key: [key] for key in (found.get("md5") for found in answer) if key in keys}
        parsed = retriever._parse_interpro_results(answer, known)
        return {found.identifier: found.annotations for found in parsed}


def md5(sequence: str) -> str:
    """InterPro's key of a sequence."""
    return hashlib.md5(sequence.encode()).hexdigest().upper()


class Ted(Source):
    """Domains of the AlphaFold model, by accession; one request for each."""

    name, label, schema_version = "ted", "TED", 1
    url = ted.ALPHAFOLD_DOMAINS_URL
    batch, in_flight = 4, ted.MAX_CONCURRENT_REQUESTS

    def __init__(self) -> None:
        self._retriever = ted.TedRetriever()

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        found: dict[str, Values] = {}
        for key in keys:
            value, error = self._retriever._try_lookup(session, key, http_utils.MAX_ATTEMPTS)
            if error is None:
                found[key] = {"ted_domains": value}
            elif not found:
                # The first one took all tries: the others would take as long.
                raise error
        return found
