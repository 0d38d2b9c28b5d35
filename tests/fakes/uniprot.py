"""The faked UniProtKB and UniParc: entries in batches, one by one, and those that a query finds."""

import gzip
import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.paging import HEADERS, bad_request, later_page, not_found, paged
from tests.fakes.proteins import Proteins, canonical, state
from tests.fakes.service import Service
from tests.fakes.uniprot_entry import entry, inactive, uniparc
from tests.fakes.uniprot_fields import only, wrong_fields
from tests.fakes.uniprot_query import fasta, faults

_MOST_ACCESSIONS = 1000
_SECONDARY = re.compile(r"sec_acc:(\w+)")


class UniProt:
    """`hits` has the accessions that each query finds; any other well-formed query finds none."""

    def __init__(
        self, service: Service, proteins: Proteins, hits: Mapping[str, Sequence[str]]
    ) -> None:
        self._service, self._proteins, self._hits = service, proteins, hits

    def routes(self) -> list[Route]:
        route = self._service.route
        return [
            route("/uniprotkb/accessions", self._batch, _batch_keys),
            route("/uniprotkb/search", self._search, _search_keys),
            route("/uniprotkb/stream", self._stream, _search_keys),
            route("/uniprotkb/{key}.json", self._single, _path_key),
            route("/uniparc/{key}.json", self._uniparc, _path_key),
        ]

    async def _batch(self, request: Request) -> Response:
        """Entries that are not active are missing; one malformed accession spoils all."""
        wanted = _accessions(request)
        if malformed := [each for each in wanted if state(each) == "malformed"]:
            return bad_request(request, *(f"Accession {_malformed(each)}" for each in malformed))
        if len(wanted) > _MOST_ACCESSIONS:
            message = f"Only '{_MOST_ACCESSIONS}' accessions are allowed in each request."
            return bad_request(request, message)
        active = [each for each in wanted if state(each) == "active"]
        return self._page(request, active)

    def _page(self, request: Request, accessions: Sequence[str]) -> Response:
        if wrong := wrong_fields(request.query_params.get("fields")):
            return bad_request(request, *wrong)
        fields = request.query_params.get("fields")

        def told(page: list[str]) -> list[dict]:
            return [only(fields, self._found(each)) for each in self._service.shortened(page)]

        return paged(request, accessions, told)

    def _found(self, accession: str) -> dict:
        """Return an entry as a search finds it: inactive ones, too, if they are asked for."""
        active = state(accession) == "active"
        return self._entry(accession) if active else self._inactive(accession)

    async def _single(self, request: Request) -> Response:
        accession = request.path_params["key"]
        match state(accession):
            case "malformed":
                return bad_request(request, f"The {_malformed('accession')}")
            case "active":
                return JSONResponse(self._entry(accession), headers=HEADERS)
            case "unknown":
                return not_found(request)
            case "merged":
                target = f"/uniprotkb/P{accession[1:]}.json?from={accession}"
                headers = HEADERS | {"Location": target}
                return JSONResponse(self._inactive(accession), 303, headers)
        return JSONResponse(self._inactive(accession), headers=HEADERS)

    async def _search(self, request: Request) -> Response:
        """The entries that a query finds, or who has taken over a secondary accession."""
        query = request.query_params.get("query", "")
        if wrong := faults(query) + _wrong_order(request.query_params.get("sort")):
            return bad_request(request, *wrong)
        if secondary := _SECONDARY.fullmatch(query):
            merged = state(secondary[1]) == "merged"
            return self._page(request, [f"P{secondary[1][1:]}"] if merged else [])
        return self._page(request, self._hits.get(query, []))

    async def _stream(self, request: Request) -> Response:
        """All entries that a query finds as one FASTA file."""
        query = request.query_params.get("query", "")
        if wrong := faults(query):
            return bad_request(request, *wrong)
        active = [each for each in self._hits.get(query, []) if state(each) == "active"]
        text = "".join(fasta(self._entry(each)) for each in active).encode()
        headers = HEADERS | {"Content-Disposition": 'attachment; filename="uniprotkb.fasta.gz"'}
        packed = request.query_params.get("compressed") == "true"
        return Response(gzip.compress(text, 1) if packed else text, headers=headers)

    async def _uniparc(self, request: Request) -> Response:
        identifier = request.path_params["key"]
        sequence = self._proteins.sequence_of_uniparc(identifier)
        if sequence is None:
            return not_found(request)
        return JSONResponse(uniparc(identifier, sequence), headers=HEADERS)

    def _entry(self, accession: str) -> dict:
        if accession.endswith("-1"):
            accession = canonical(accession)
        before = f"Q{accession[1:]}"
        secondary = (before,) if accession[0] == "P" and state(before) == "merged" else ()
        return entry(self._proteins[accession], secondary)

    def _inactive(self, accession: str) -> dict:
        kind = state(accession)
        reason: dict = {"inactiveReasonType": "DELETED" if kind == "lost" else kind.upper()}
        if kind in ("deleted", "lost"):
            reason["deletedReason"] = "Not part of a reference proteome"
        else:
            heirs = "P" if kind == "merged" else "PO"
            reason["mergeDemergeTo"] = [f"{letter}{accession[1:]}" for letter in heirs]
        known = None if kind == "lost" else self._proteins[accession].uniparc
        return inactive(accession, reason, known)


def _malformed(what: str) -> str:
    return (
        f"'{what}' has invalid format. It should be a valid UniProtKB accession with optional "
        "sequence range e.g. P12345[10-20]."
    )


def _wrong_order(sort: str | None) -> list[str]:
    field, _, order = (sort or "accession asc").partition(" ")
    if field != "accession":
        return [f"Invalid sort field '{field}'"]
    return (
        []
        if order in ("asc", "desc")
        else [f"Invalid sort field order '{order}'. Expected asc or desc"]
    )


def _accessions(request: Request) -> list[str]:
    return request.query_params.get("accessions", "").split(",")


async def _batch_keys(request: Request) -> list[str]:
    return [] if later_page(request) else _accessions(request)


async def _search_keys(request: Request) -> list[str]:
    query = request.query_params.get("query", "")
    secondary = _SECONDARY.fullmatch(query)
    return [] if later_page(request) else [secondary[1] if secondary else query]


async def _path_key(request: Request) -> list[str]:
    return [request.path_params["key"]]
