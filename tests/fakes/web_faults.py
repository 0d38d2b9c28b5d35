"""The ways in which a faked web service can go wrong."""

from random import Random

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

#: "First" counts from the moment when the fault is set.
FAULTS = {
    "down": "connections are closed without an answer",
    "503": "every answer is 503",
    "flaky": "three answers in ten are 503",
    "429": "the first `refusals` answers are 429 with Retry-After: 1",
    "400": "every answer is 400",
    "garbage": "every answer is 200 with a body that is neither JSON nor a file",
    "html": "every answer is 200 with an HTML page",
    "short": "a third of the records of a list are missing, of a file its second half",
    "cut": "the first `refusals` later pages of a list break off in the middle",
    "hang": "no request is answered until the fault is cleared",
}
_PAGE = "<!DOCTYPE html><html><head><title>Notice</title></head><body>Back at: 12:00</body></html>"
_FLAKY_SHARE = 0.3
_SEED = 58


class Fault:
    """A fault from the moment when it is set; `None` is no fault."""

    def __init__(self, name: str | None = None, refusals: int = 3) -> None:
        if name is not None and name not in FAULTS:
            raise ValueError(f"unknown fault {name!r}")
        self.name, self._refusals = name, refusals
        self._random = Random(_SEED)

    def refusal(self) -> Response | None:
        """Return the answer that takes the place of the true one, if any."""
        match self.name:
            case "503":
                return _unavailable()
            case "flaky" if self._random.random() < _FLAKY_SHARE:
                return _unavailable()
            case "429" if self._refusals > 0:
                self._refusals -= 1
                return PlainTextResponse("Too Many Requests", 429, {"Retry-After": "1"})
            case "400":
                return JSONResponse({"messages": ["Invalid request received"]}, 400)
            case "garbage":
                return Response("{this is no JSON: \x00", media_type="application/json")
            case "html":
                return HTMLResponse(_PAGE)
        return None

    def cuts(self, later: bool) -> bool:
        """Return whether an answer breaks off, which is a `later` page or not."""
        if self.name != "cut" or not later or self._refusals <= 0:
            return False
        self._refusals -= 1
        return True

    def shortened[T: (list, bytes)](self, whole: T) -> T:
        """A list of records, or the bytes of a file, as far as they are sent."""
        if self.name != "short":
            return whole
        return whole[: len(whole) // 2 if isinstance(whole, bytes) else len(whole) * 2 // 3]


def _unavailable() -> Response:
    return PlainTextResponse("Service Unavailable", 503)
