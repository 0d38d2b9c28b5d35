"""The faked UniProtKB and UniParc: entries in batches and one by one."""

import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.paging import HEADERS, bad_request, later_page, not_found, paged
from tests.fakes.proteins import Proteins, state
from tests.fakes.service import Service
from tests.fakes.uniprot_entry import entry, inactive, uniparc

_MOST_ACCESSIONS = 1000
_SECONDARY = re.compile(r"sec_acc:(\w+)")


class UniProt:
    def __init__(self, service: Service, proteins: Proteins) -> None:
        self._service, self._proteins = service, proteins

    def routes(self) -> list[Route]:
        route = self._service.route
        return [
            route("/uniprotkb/accessions", self._batch, _batch_keys),
            route("/uniprotkb/search", self._search, _search_keys),
            route("/uniprotkb/{key}.json", self._single, _path_key),
            route("/uniparc/{key}.json", self._uniparc, _path_key),
        ]

    async def _batch(self, request: Request) -> Response:
        """Entries that are not active are missing; one malformed accession spoils all."""
        wanted = _accessions(request)
        if malformed := [each for each in wanted if state(each) == "malformed"]:
            return bad_request(request, *(f"Accession {_malformed(each)}" for each in malformed))
        if len(wanted) > _MOST_ACCESSIONS:
            return bad_request(request, f"Only '{_MOST_ACCESSIONS}' accessions are allowed")
        active = [each for each in wanted if state(each) == "active"]
        return paged(request, active, self._shortened_entries)

    def _shortened_entries(self, accessions: list[str]) -> list[dict]:
        return [self._entry(each) for each in self._service.shortened(accessions)]

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
        """Who has taken over a secondary accession; nothing else can be searched for."""
        secondary = _SECONDARY.fullmatch(request.query_params.get("query", ""))
        if secondary is None:
            return bad_request(request, "query parameter has an invalid syntax")
        merged = state(secondary[1]) == "merged"
        return paged(request, [f"P{secondary[1][1:]}"] if merged else [], self._shortened_entries)

    async def _uniparc(self, request: Request) -> Response:
        identifier = request.path_params["key"]
        sequence = self._proteins.sequence_of_uniparc(identifier)
        if sequence is None:
            return not_found(request)
        return JSONResponse(uniparc(identifier, sequence), headers=HEADERS)

    def _entry(self, accession: str) -> dict:
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
    return f"'{what}' value has invalid format. It should be a valid UniProtKB accession"


def _accessions(request: Request) -> list[str]:
    return request.query_params.get("accessions", "").split(",")


async def _batch_keys(request: Request) -> list[str]:
    return [] if later_page(request) else _accessions(request)


async def _search_keys(request: Request) -> list[str]:
    secondary = _SECONDARY.fullmatch(request.query_params.get("query", ""))
    return [secondary[1]] if secondary else []


async def _path_key(request: Request) -> list[str]:
    return [request.path_params["key"]]
