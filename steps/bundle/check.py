"""Read a bundle back and check that the web app, which freezes on an invalid one, can open it."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps.annotate.cells import is_loadable
from steps.errors import StepError

_CODECS = {"SNAPPY", "UNCOMPRESSED"}


def check_bundle(path: Path, identifiers: Sequence[str]) -> None:
    """Check that the bundle holds just these proteins and nothing that the web app cannot read.

    Raises:
        StepError: BUNDLE_INVALID, naming the first fault found.
    """
    from protspace.data.io.bundle import PARQUET_BUNDLE_DELIMITER, read_bundle_contents

    raw = path.read_bytes()
    try:
        contents = read_bundle_contents(raw, warn_legacy=False)
        for part in filter(None, raw.split(PARQUET_BUNDLE_DELIMITER)):
            _check_codecs(part)
    except (ValueError, KeyError, OSError) as error:
        raise _invalid(f"protspace cannot read it back ({error})") from error
    _check_identifiers("the annotations", contents.annotations, identifiers)
    _check_projections(contents.metadata, contents.projections, identifiers)
    _check_cells(contents.annotations)


def _check_codecs(part: bytes) -> None:
    metadata = pq.ParquetFile(io.BytesIO(part)).metadata
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            chunk = metadata.row_group(group).column(column)
            if chunk.compression not in _CODECS:
                raise _invalid(f"column {chunk.path_in_schema} is packed with {chunk.compression}")


def _check_identifiers(where: str, table: pa.Table, identifiers: Sequence[str]) -> None:
    found = table["protein_id"].to_pylist()
    if len(found) != len(identifiers) or set(found) != set(identifiers):
        raise _invalid(
            f"{where} hold {len(found)} rows of {len(set(found))} proteins "
            f"instead of one for each of {len(identifiers)}"
        )


def _check_projections(metadata: pa.Table, data: pa.Table, identifiers: Sequence[str]) -> None:
    names = metadata["projection_name"].to_pylist()
    if not names:
        raise _invalid("it holds no projection")
    rows = data["projection_name"].combine_chunks()
    for name in names:
        part = data.filter(pc.equal(rows, name))
        _check_identifiers(f"the rows of projection {name}", part, identifiers)
        for axis in ("x", "y"):
            if not np.isfinite(part[axis].to_numpy()).all():
                raise _invalid(f"the projection {name} has coordinates that are not finite")


def _check_cells(annotations: pa.Table) -> None:
    for name in annotations.column_names[1:]:
        column = annotations[name]
        if pa.types.is_string(column.type):
            for cell in column.unique().to_pylist():
                if cell is not None and not is_loadable(cell):
                    raise _invalid(f"annotation {name} has a cell the web app cannot load")
        elif pa.types.is_floating(column.type):
            values = column.drop_null().to_numpy()
            if not np.isfinite(values).all():
                raise _invalid(f"annotation {name} has a number that is not finite")


def _invalid(fault: str) -> StepError:
    return StepError("BUNDLE_INVALID", f"The bundle is not valid: {fault}.")
