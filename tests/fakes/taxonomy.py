"""The taxonomy of the faked UniProt: what it tells of the organisms, and of their ancestors."""

import re
from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.fakes.organisms import Node, Organism, organisms
from tests.fakes.paging import bad_request, later_page, paged
from tests.fakes.service import Service

_CLAUSE = re.compile(r"(?:id|tax_id):(\d+)")


def routes(service: Service) -> list[Route]:
    async def asked(request: Request) -> list[str]:
        return [] if later_page(request) else _taxa(request)

    async def search(request: Request) -> Response:
        taxa = _taxa(request)
        if not taxa:
            return bad_request(request, "query parameter has an invalid syntax")
        found = [known()[taxon] for taxon in taxa if taxon in known()]
        return paged(request, found, service.shortened)

    return [service.route("/taxonomy/search", search, asked)]


def _taxa(request: Request) -> list[str]:
    """The identifiers of a query like "id:9606 OR id:10090"."""
    clauses = request.query_params.get("query", "").split(" OR ")
    found = [_CLAUSE.fullmatch(clause.strip("() ")) for clause in clauses]
    return [match[1] for match in found] if all(found) else []


@cache
def known() -> dict[str, dict]:
    """All entries by identifier."""
    entries: dict[str, dict] = {}
    for organism in organisms():
        for depth, node in enumerate(organism.path):
            entries[str(node.taxon)] = _entry(node, organism.path[:depth], organism)
    return entries


def _entry(node: Node, lineage: tuple[Node, ...], organism: Organism) -> dict:
    entry = node.brief() | {
        "rank": node.rank,
        "hidden": False,
        "active": True,
        "otherNames": [],
        "lineage": [each.brief() | {"rank": each.rank, "hidden": False} for each in lineage],
    }
    if lineage:
        entry["parent"] = lineage[-1].brief()
    if node == organism.node:
        entry |= {"mnemonic": organism.mnemonic} | organism.common_name()
    return entry
