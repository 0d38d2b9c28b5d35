"""Read a bundle back and check that the web app, which freezes on an invalid one, can open it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from steps.annotate.cells import is_loadable
from steps.bundle.container import check_container, invalid


def check_bundle(path: Path, identifiers: Sequence[str]) -> None:
    """Check that the bundle holds just these proteins and nothing that the web app cannot read.

    Raises:
        StepError: BUNDLE_INVALID, naming the first fault found.
    """
    from protspace.data.io.bundle import PARQUET_BUNDLE_DELIMITER, read_bundle_contents

    raw = path.read_bytes()
    try:
        contents = read_bundle_contents(raw, warn_legacy=False)
        check_container(raw.split(PARQUET_BUNDLE_DELIMITER))
    except (ValueError, KeyError, OSError) as error:
        raise invalid(f"protspace cannot read it back ({error})") from error
    _check_identifiers("the annotations", contents.annotations, identifiers)
    _check_projections(contents.metadata, contents.projections, identifiers)
    _check_cells(contents.annotations)


def _check_identifiers(where: str, table: pa.Table, identifiers: Sequence[str]) -> None:
    found = table["protein_id"].to_pylist()
    if len(found) != len(identifiers) or set(found) != set(identifiers):
        raise invalid(
            f"{where} hold {len(found)} rows of {len(set(found))} proteins "
            f"instead of one for each of {len(identifiers)}"
        )


def _check_projections(metadata: pa.Table, data: pa.Table, identifiers: Sequence[str]) -> None:
    names = metadata["projection_name"].to_pylist()
    if not names:
        raise invalid("it holds no projection")
    rows = data["projection_name"].combine_chunks()
    for name in names:
        part = data.filter(pc.equal(rows, name))
        _check_identifiers(f"the rows of projection {name}", part, identifiers)
        for axis in ("x", "y"):
            if not np.isfinite(part[axis].to_numpy()).all():
                raise invalid(f"the projection {name} has coordinates that are not finite")


def _check_cells(annotations: pa.Table) -> None:
    for name in annotations.column_names[1:]:
        column = annotations[name]
        if pa.types.is_string(column.type):
            for cell in column.unique().to_pylist():
                if cell is not None and not is_loadable(cell):
                    raise invalid(f"annotation {name} has a cell the web app cannot load")
        elif pa.types.is_floating(column.type):
            values = column.drop_null().to_numpy()
            if not np.isfinite(values).all():
                raise invalid(f"annotation {name} has a number that is not finite")
