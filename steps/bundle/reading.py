"""Read a bundle: of the pipeline or of protspace itself, of container 3 or of one before."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from steps.errors import StepError

if TYPE_CHECKING:
    from protspace.data.io.bundle import BundleContents

SUFFIX = ".parquetbundle"
#: What protspace and pyarrow raise for a file that is no bundle, or a damaged one.
_DAMAGED = (ValueError, KeyError, TypeError, IndexError, OSError, pa.ArrowException)


def find_bundle(path: Path) -> Path:
    """Return a bundle as it is, and of a folder the one bundle in it.

    Raises:
        StepError: BUNDLE_UNREADABLE, for a folder with none or several.
    """
    if not path.is_dir():
        return path
    found = sorted(path.glob(f"*{SUFFIX}"))
    if len(found) == 1:
        return found[0]
    names = ", ".join(each.name for each in found) or "none"
    raise StepError(
        "BUNDLE_UNREADABLE",
        f"The folder {path} must hold one {SUFFIX}, as results/<dataset> of a run does; it holds "
        f"{names}. Name the file itself.",
    )


def read_bundle(path: Path) -> "BundleContents":
    """Return the tables of a bundle; annotations are keyed by `protein_id`, a row each.

    Raises:
        StepError: BUNDLE_UNREADABLE.
    """
    from protspace.data.io.bundle import read_bundle_contents, read_tables

    try:
        raw = path.read_bytes()
        contents = read_bundle_contents(raw, warn_legacy=False, warn_3d=False)
        points = contents.projections.select(["projection_name", "protein_id", "x", "y"])
        names = contents.metadata.select(["projection_name"])
        for table in (contents.annotations, names, points):
            # Text that is not UTF-8 would be noticed only by whoever uses it.
            table.validate(full=True)
        if _is_keyed(contents.annotations):
            return contents
        # Of bundles by others before container 3: what the web app of that time took for the key.
        return replace(contents, annotations=read_tables(raw, keyed=True)[0])
    except _DAMAGED as error:
        raise StepError(
            "BUNDLE_UNREADABLE", f"{path} cannot be read as a {SUFFIX}: {_reason(error)}."
        ) from error


def _is_keyed(annotations: pa.Table) -> bool:
    if "protein_id" not in annotations.column_names:
        return False
    identifiers = annotations["protein_id"]
    different: int = len(identifiers.unique())
    return identifiers.null_count == 0 and different == len(identifiers)


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    if isinstance(error, json.JSONDecodeError | KeyError | TypeError | IndexError):
        return f"it is damaged ({type(error).__name__})"
    return str(error).rstrip(".")
