"""The faked AlphaFold database, as far as it tells the domains of TED."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.proteins import Protein, Proteins, draw, state
from tests.fakes.service import Service

_MOST_DOMAINS = 3


def routes(service: Service, proteins: Proteins) -> list[Route]:
    async def asked(request: Request) -> list[str]:
        return [request.path_params["accession"]]

    async def answer(request: Request) -> Response:
        accession = request.path_params["accession"]
        if state(accession) != "active" or _unmodelled(accession):
            return JSONResponse({"detail": f"No domains found for {accession}"}, 404)
        found = service.shortened(domains(proteins[accession]))
        return JSONResponse({"total": len(found), "annotations": found})

    return [service.route("/api/domains/{accession}", answer, asked)]


def _unmodelled(accession: str) -> bool:
    return draw(accession, "unmodelled") < 0.1


def domains(protein: Protein) -> list[dict]:
    """One after the other along the sequence; some proteins have none."""
    count = int(draw(protein.accession, "domains") * (_MOST_DOMAINS + 1))
    width = len(protein.sequence) // max(count, 1)
    return [_domain(protein, number, width) for number in range(1, count + 1)]


def _domain(protein: Protein, number: int, width: int) -> dict:
    start = 1 + (number - 1) * width
    return {
        "ted_domain_no": number,
        "cath_label": _label(protein, number),
        "plddt": round(55 + 44 * draw(protein.accession, f"plddt {number}"), 4),
        "segments": [{"segment_id": 1, "af_start": start, "af_end": start + width - 1}],
    }


def _label(protein: Protein, number: int) -> str | None:
    """That of the family at first, then often one without a superfamily, or none."""
    if number == 1 and protein.family:
        return protein.family.cath
    return ("3.40.50", "2.40.10.10", "-", None)[int(draw(protein.accession, f"cath {number}") * 4)]
