"""The ways in which the fake Biocentral server can go wrong."""

#: "First" and "later" count from the moment when the fault is set.
FAULTS = {
    "down": "connections are refused; any other fault, or none, listens again on the same port",
    "503": "every answer is 503",
    "503-after-submit": "the polls are answered 503",
    "rate-limited": "the first 2 submissions get 429 with Retry-After: 1",
    "rate-limited-forever": "every submission gets 429 with Retry-After: 600",
    "short": "the last 3 sequences of each task are missing in the answer",
    "garbage": "the embeddings file is neither base64 nor HDF5, predictions have no meaning",
    "garbage-json": "the polls are answered with something that is not JSON",
    "hang": "no request is answered until the fault is cleared",
    "hang-status": "no poll is answered until the fault is cleared",
    "failed": "every task ends FAILED with an error text",
    "failed-once": "the first task ends FAILED, later ones are fine",
    "second-fails": "the first task is fine, later ones end FAILED",
    "lost": "the first task is unknown (404) after its submission, later ones are fine",
    "lost-always": "every task is unknown (404) after its submission",
    "nan": "one vector of each task has a NaN",
    "inf": "one vector of each task has an infinity",
    "dimension": "one vector of each task is shorter than the others",
    "version": "/health says version 3.0.0",
    "old-version": "/health says version 1.4.0",
    "no-version": "/health says no version",
    "proxy-html": "every answer is 503 with an HTML page",
    "reset": "every connection is closed without an answer",
}
VERSIONS = {"version": "3.0.0", "old-version": "1.4.0", "no-version": None}
_OF_POLLS = {"503-after-submit": "503", "hang-status": "hang"}


def checked(fault: str | None) -> str | None:
    if fault is not None and fault not in FAULTS:
        raise ValueError(f"unknown fault {fault!r}")
    return fault


def trouble(fault: str | None, kind: str) -> str | None:
    """The fault, with those that only strike polls as what they then are."""
    return _OF_POLLS.get(fault, fault) if kind == "poll" else fault


def fails(fault: str | None, nth: int) -> bool:
    """Whether the nth task since the fault was set ends FAILED, the first being 0."""
    first = nth == 0
    return {"failed": True, "failed-once": first, "second-fails": nth > 0}.get(fault, False)


def lost(fault: str | None, nth: int) -> bool:
    """Whether the nth task since the fault was set is unknown."""
    return {"lost": nth == 0, "lost-always": True}.get(fault, False)
