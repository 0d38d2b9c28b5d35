"""Look up entries by accession; find out what became of those that UniProt has no longer."""

from collections.abc import Mapping, Sequence
from typing import Any

import requests
from protspace.data.annotations.retrievers import http_utils

from steps.annotate.remote.source import Source, Values
from steps.retrieve.entries import ENTRIES, FIELDS, is_active, values_of
from steps.retrieve.search import release_of

_UNKNOWN = "is not known to UniProt"


class Entries(Source):
    """UniProtKB entries by accession, also of isoforms.

    The answer to an accession without an entry has `gone`, the end of a sentence on it. An entry
    into which another was merged has its own accession as `identifier`.
    """

    name, label, schema_version = "uniprot", "UniProt", 1
    url = "https://rest.uniprot.org/uniprotkb"
    batch, in_flight = 100, 8

    @property
    def cache_name(self) -> str:
        """The source's name in the cache, other than that of annotations by accession."""
        return ENTRIES

    def ask(self, session: http_utils.PooledSession, keys: Sequence[str]) -> dict[str, Values]:
        """Return answers by key; see `Source.ask`."""
        parameters = {"accessions": ",".join(keys), "size": "500", "fields": FIELDS}
        releases: list[str] = []
        records = http_utils.paginated_get(
            f"{self.url}/accessions",
            parameters,
            on_response=lambda response: releases.append(release_of(response)),
            session=session,
        )
        active = {
            each["primaryAccession"]: values_of(each, releases[-1])
            for each in records
            if is_active(each)
        }
        # The canonical isoform may be there under the accession of the entry alone.
        found = {key: active.get(key) or active.get(key.removesuffix("-1")) for key in keys}
        return {key: values or self._resolved(session, key) for key, values in found.items()}

    def _resolved(self, session: http_utils.PooledSession, key: str) -> Values:
        """Return the entry that another was merged into, or what became of it."""
        try:
            response = http_utils.get_with_retry(f"{self.url}/{key}.json", session=session)
        except requests.HTTPError as error:
            # Malformed accessions do not get here; these have never been given.
            if error.response is not None and error.response.status_code in (400, 404):
                return {"gone": _UNKNOWN}
            raise
        record = response.json()
        if not is_active(record):
            return {"gone": what_became(record)}
        return values_of(record, release_of(response))


def what_became(record: Mapping[str, Any]) -> str:
    """Return the end of a sentence on an inactive entry: why, and where its sequence is."""
    reason = record.get("inactiveReason", {})
    heirs = ", ".join(reason.get("mergeDemergeTo", []))
    match reason.get("inactiveReasonType"):
        case "DEMERGED":
            return f"was demerged into {heirs}: name the one you mean"
        case "MERGED":
            return f"was merged into {heirs}: name that"
    uniparc = record.get("extraAttributes", {}).get("uniParcId")
    where = f"; its sequence is {uniparc} in UniParc" if uniparc else ""
    return f"was deleted ({reason.get('deletedReason') or 'no reason given'}{where})"
