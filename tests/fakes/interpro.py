"""The faked Matches API of InterPro: what is known of a sequence by its MD5."""

import json
import re

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fakes.families import Family, Signature
from tests.fakes.proteins import draw, family
from tests.fakes.service import Service

_MOST_HASHES = 100
_MD5 = re.compile(r"[0-9A-F]{32}")
_UNKNOWN = 0.05  # of the sequences
_VERSIONS = {"Pfam": "38.2", "CATH-Gene3D": "4.3.0", "PANTHER": "19.0", "CDD": "3.21"}
# The others tell an E-value at most.
_SCORED = ("Pfam", "CATH-Gene3D", "PANTHER", "SMART")
# Their signatures have no name in an answer; clients look them up elsewhere.
_NAMELESS = ("CATH-Gene3D", "SUPERFAMILY", "PANTHER")
_SIGNAL = Signature("Phobius", "SIGNAL_PEPTIDE", "Signal Peptide", "")
_PREDICTED = Signature("Pfam", "PF10294", "", "")


def routes(service: Service) -> list[Route]:
    async def asked(request: Request) -> list[str]:
        return [str(each) for each in await _hashes(request)]

    async def answer(request: Request) -> Response:
        hashes = await _hashes(request)
        if not 0 < len(hashes) <= _MOST_HASHES or not all(map(_valid, hashes)):
            return JSONResponse({"detail": f"md5: 1 to {_MOST_HASHES} hashes expected"}, 422)
        found = [result(each.upper()) for each in hashes]
        return JSONResponse({"results": service.shortened(found)})

    return [service.route("/interpro/matches/api/matches", answer, asked, "POST")]


async def _hashes(request: Request) -> list:
    try:
        hashes = json.loads(await request.body())["md5"]
    except (ValueError, KeyError, TypeError):
        return []
    return hashes if isinstance(hashes, list) else []


def _valid(each: object) -> bool:
    return isinstance(each, str) and _MD5.fullmatch(each.upper()) is not None


def result(md5: str) -> dict:
    found = draw(md5, "unknown") >= _UNKNOWN
    return {"md5": md5, "matches": _matches(md5) if found else [], "found": found}


def _matches(md5: str) -> list[dict]:
    """A known sequence may be one without matches."""
    known = family(md5)
    matches = [_match(md5, each, known) for each in known.signatures] if known else []
    matches += [_match(md5, _SIGNAL, None)] if draw(md5, "signal") < 0.3 else []
    if draw(md5, "predicted") < 0.3:
        matches.append(_predicted(_PREDICTED, md5))
    if known and draw(md5, "twin") < 0.5:
        matches.append(_predicted(known.signatures[0], md5))
    return matches


def _match(md5: str, signature: Signature, known: Family | None) -> dict:
    score = round(20 + 180 * draw(md5, signature.accession), 1)
    numbers = {"evalue": 10 ** -(score / 4)}
    numbers |= {"score": score} if signature.library in _SCORED else {}
    numbers = {} if signature.library in ("Phobius", "PROSITE patterns") else numbers
    entry = {"accession": signature.entry, "name": known.clan[1], "type": "Family"} if known else {}
    name = None if signature.library in _NAMELESS else signature.name
    return {
        "signature": _signature(signature, name, entry if signature.entry else None),
        "model-ac": signature.accession,
        "source": signature.library,
        "locations": [_location(md5, **numbers)],
        **numbers,
    }


def _predicted(signature: Signature, md5: str) -> dict:
    """A match that InterPro-N predicts bears the name of the library that it stands for."""
    return {
        "signature": _signature(signature, None, None),
        "model-ac": None,
        "source": "InterPro-N",
        "locations": [_location(md5, score=round(draw(md5, "InterPro-N"), 6))],
    }


def _signature(signature: Signature, name: str | None, entry: dict | None) -> dict:
    version = _VERSIONS.get(signature.library, "1.0")
    return {
        "accession": signature.accession,
        "name": name,
        "description": name,
        "type": None,
        "signatureLibraryRelease": {"library": signature.library, "version": version},
        "entry": entry,
    }


def _location(md5: str, **numbers: float) -> dict:
    start = 1 + int(20 * draw(md5, "start"))
    fragment = {"start": start, "end": start + 18, "dc-status": "CONTINUOUS"}
    return {"start": start, "end": start + 18, "location-fragments": [fragment], **numbers}
