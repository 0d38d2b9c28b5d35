"""What an upload may have beside its proteins: a table of annotations, and a file of styles."""

import json
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, get_args

from starlette.datastructures import FormData, UploadFile

from gateway.http.checks import answered, check_bytes, copy
from gateway.http.errors import GatewayError
from gateway.http.looking import LOOKING, look
from gateway.settings import Own, Settings
from steps.errors import StepError


class _Kind(NamedTuple):
    what: str
    code: str
    remedy: str
    again: str


_KINDS: dict[Own, _Kind] = {
    "table": _Kind(
        "table of annotations",
        "INVALID_ANNOTATIONS",
        "Leave out rows and columns that you do not need",
        "Write it again as CSV, with a header and a row for each protein",
    ),
    "styles": _Kind(
        "file of styles",
        "INVALID_STYLES",
        "Leave out annotations and values that need no colour",
        "Write it again as JSON, with an object for each annotation",
    ),
}


def check_own(form: FormData, settings: Settings) -> None:
    """Check that these files are files, and are taken here.

    Raises:
        GatewayError: NOT_ALLOWED, BAD_REQUEST, FILE_TOO_LARGE.
    """
    for name, kind in _KINDS.items():
        value = form.get(name)
        if isinstance(value, str) and value:
            message = f"'{name}' is text. Send the {kind.what} as a file (curl -F {name}=@FILE)."
            raise GatewayError(400, "BAD_REQUEST", message)
        file = _file(form, name)
        if file and not settings.most_own_bytes(name):
            raise GatewayError(
                400, "NOT_ALLOWED", f"A {kind.what} is not taken here. Leave it out."
            )
        if file:
            check_bytes(file, settings.most_own_bytes(name), kind.what, kind.remedy)


def _file(form: FormData, name: Own) -> UploadFile | None:
    """Return the file of a field; browsers send one without a name where none is chosen."""
    value = form.get(name)
    if isinstance(value, UploadFile) and (value.filename or value.size):
        return value
    return None


async def store_own(
    form: FormData, identifiers: list[str] | None, folder: Path, settings: Settings
) -> dict[Own, str]:
    """Store these files, once they are known to be valid; return their names in `folder`.

    Args:
        identifiers: those of the proteins, where they are known.

    Raises:
        GatewayError: INVALID_ANNOTATIONS, INVALID_STYLES, FILE_TOO_LARGE.
    """
    limits = {"max_rows": settings.table_max_rows, "max_columns": settings.table_max_columns}
    known = {"limits": limits, "identifiers": identifiers}
    stored: dict[Own, str] = {}
    for name in get_args(Own):
        if file := _file(form, name):
            path = folder / _stored_name(name, file)
            await answered(partial(_store, name, file, path, known), LOOKING)
            stored[name] = path.name
    return stored


def _stored_name(name: Own, file: UploadFile) -> str:
    """Return what a run calls a file; of the user's name, the ending of a table means something."""
    if name == "styles":
        return "styles.json"
    return "own.csv" if (file.filename or "").lower().endswith(".csv") else "own.tsv"


def _store(name: Own, file: UploadFile, path: Path, known: dict[str, Any]) -> None:
    copy(file, path)
    unreadable = partial(_unreadable, _KINDS[name])
    look("own_files", [name, str(path)], json.dumps(known), unreadable)


def _unreadable(kind: _Kind, reason: str) -> StepError:
    return StepError(kind.code, f"The {kind.what} cannot be taken: {reason}. {kind.again}.")
