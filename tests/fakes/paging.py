"""Common parts of answers of UniProt's REST interface: headers, pages, error messages."""

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import JSONResponse

#: The release that every answer names.
HEADERS = {"X-UniProt-Release": "2026_03", "X-UniProt-Release-Date": "15-July-2026"}
_PAGE, _MOST = 25, 500


def bad_request(request: Request, *messages: str) -> JSONResponse:
    return _refused(request, 400, *messages)


def not_found(request: Request) -> JSONResponse:
    return _refused(request, 404, "Resource not found")


def paged(request: Request, records: list, told: Callable[[list], list]) -> JSONResponse:
    """One page of the records, as `told`, with the address of the next in `Link`."""
    size = request.query_params.get("size", str(_PAGE))
    if not size.isdecimal() or int(size) > _MOST:
        return bad_request(request, f"The 'size' value must be a number up to {_MOST}")
    start = int(request.query_params.get("cursor", "0"), 36)
    end = start + int(size)
    headers = HEADERS | {"X-Total-Results": str(len(records))}
    if end < len(records):
        following = request.url.include_query_params(cursor=_base36(end), size=size)
        headers["Link"] = f'<{following}>; rel="next"'
    return JSONResponse({"results": told(records[start:end])}, headers=headers)


def later_page(request: Request) -> bool:
    return "cursor" in request.query_params


def _refused(request: Request, status: int, *messages: str) -> JSONResponse:
    body = {"url": str(request.url.replace(query="")), "messages": list(messages)}
    return JSONResponse(body, status, HEADERS)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]
