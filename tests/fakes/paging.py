"""Common parts of answers of UniProt's REST interface: headers, pages, error messages."""

from collections.abc import Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse

#: The release that every answer names.
HEADERS = {"X-UniProt-Release": "2026_03", "X-UniProt-Release-Date": "15-July-2026"}
_PAGE, _MOST = 25, 500


def bad_request(request: Request, *messages: str) -> JSONResponse:
    return _refused(request, 400, *messages)


def not_found(request: Request) -> JSONResponse:
    return _refused(request, 404, "Resource not found")


def wrong_size(request: Request) -> JSONResponse | None:
    """The refusal of a page size that is no number from 0 to 500."""
    size = request.query_params.get("size", str(_PAGE))
    if not size.removeprefix("-").isdecimal():
        return bad_request(request, "The 'size' value has an invalid type. It should be a integer")
    if int(size) < 0:
        return bad_request(request, "'size' must be greater than or equal to 0")
    if int(size) > _MOST:
        return bad_request(request, f"'size' must be less than or equal to {_MOST}")
    return None


def paged(request: Request, records: Sequence, told: Callable[[list], list]) -> JSONResponse:
    """One page of the records, as `told`, with the address of the next in `Link`."""
    if refusal := wrong_size(request):
        return refusal
    size = int(request.query_params.get("size", str(_PAGE)))
    start = int(request.query_params.get("cursor", "0"), 36)
    end = start + size
    headers = HEADERS | {"X-Total-Results": str(len(records))}
    if size and end < len(records):
        following = request.url.include_query_params(cursor=_base36(end), size=size)
        headers["Link"] = f'<{following}>; rel="next"'
    return JSONResponse({"results": told(list(records[start:end]))}, headers=headers)


def later_page(request: Request) -> bool:
    return "cursor" in request.query_params


def _refused(request: Request, status: int, *messages: str) -> JSONResponse:
    body = {"url": str(request.url.replace(query="")), "messages": list(messages)}
    return JSONResponse(body, status, HEADERS)


def _base36(number: int) -> str:
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"
    return (_base36(number // 36) if number >= 36 else "") + digits[number % 36]
