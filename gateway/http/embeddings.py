"""Uploads of embeddings: HDF5 files, which a process of its own looks into.

The HDF5 library was not made for files that someone has prepared to harm it. In that process it can
cost this upload, and nothing else.
"""

import json
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.datastructures import UploadFile

from gateway.http.checks import copy
from gateway.http.looking import look
from gateway.http.uniprot import Source
from gateway.run_config import embedding_limits
from gateway.runs.directory import DATASET
from gateway.settings import Settings
from steps.errors import StepError


def store_embeddings(
    file: UploadFile, chosen: list[str], folder: Path, settings: Settings
) -> Source:
    """Store a file of embeddings, once it is known to be valid.

    Args:
        file: the part of the form.
        chosen: the embedder that made the file, if the form names it.
        folder: where to store the file.
        settings: its limits are those of the file.

    Raises:
        StepError: INVALID_EMBEDDINGS, DUPLICATE_IDENTIFIERS, NOT_ALLOWED, and those of the limits.
    """
    if len(chosen) > 1:
        message = "A file of embeddings was made by one embedder. Choose one, or none."
        raise StepError("NOT_ALLOWED", message)
    path = folder / f"{DATASET}.h5"
    copy(file, path)
    found = _look_into(path, file.filename or "", settings)
    name = chosen[0] if chosen else _plain(found["name"])
    input = f"{path.name}:{name}"
    return Source(file.filename or "", input, found["counts"], [name], found["identifiers"])


def _look_into(path: Path, called: str, settings: Settings) -> dict[str, Any]:
    """Return name of the embedder, counts and identifiers.

    Raises:
        StepError: what is wrong with the file.
    """
    limits = json.dumps(asdict(embedding_limits(settings)))
    return look("embeddings", [str(path), called, limits], "", _unreadable)


def _unreadable(reason: str) -> StepError:
    return StepError(
        "INVALID_EMBEDDINGS",
        f"The file of embeddings cannot be taken: {reason}. Write it again, with a dataset for "
        "each protein.",
    )


def _plain(name: str) -> str:
    """Return a name that is fit for files and configurations."""
    return re.sub(r"[^\w.+-]+", "_", name).strip("._-")[:60] or "embeddings"
