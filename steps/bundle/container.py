"""Check the parts of a bundle as web apps read them: number, version, encoding and codec.

A web app takes numbers of container 3 from the file as they lie there, so the columns of its
annotations, projections and payloads must be REQUIRED, PLAIN and in one row group.
"""

import io
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from steps.errors import StepError

VERSION_KEY = b"protspace_container_version"
_CODECS = {"SNAPPY", "UNCOMPRESSED"}
#: Levels, of which REQUIRED columns have none, are RLE in any case.
_ENCODINGS = {"PLAIN", "RLE"}
_NAMES = ("annotations", "projection metadata", "projections", "styles", "statistics", "payloads")
#: Parts whose columns are read as they lie in the file.
_IN_PLACE = (0, 2, 5)


def check_container(parts: Sequence[bytes]) -> None:
    """Check the parts of a bundle, of which those that are left out are empty.

    Raises:
        StepError: BUNDLE_INVALID, naming the first fault found.
    """
    version = _schema(parts[0]).get(VERSION_KEY)
    if version not in (None, b"3"):
        raise invalid(f"its container version is {version.decode(errors='replace')}, not 3")
    if version and len(parts) != 6:
        raise invalid(f"container 3 has {len(parts)} parts instead of 6")
    if not version and not 3 <= len(parts) <= 5:
        raise invalid(f"container 2 has {len(parts)} parts instead of 3 to 5")
    for place, part in enumerate(parts):
        # Styles and statistics may be left out.
        if part or place not in (3, 4):
            _check_part(_NAMES[place], part, in_place=bool(version) and place in _IN_PLACE)


def _schema(part: bytes) -> dict[bytes, bytes]:
    try:
        return pq.read_schema(io.BytesIO(part)).metadata or {}
    except (pa.ArrowInvalid, OSError) as error:
        raise invalid(f"its first part is no parquet file ({error})") from error


def _check_part(name: str, part: bytes, *, in_place: bool) -> None:
    try:
        metadata = pq.ParquetFile(io.BytesIO(part)).metadata
    except (pa.ArrowInvalid, OSError) as error:
        raise invalid(f"its {name} are no parquet file ({error})") from error
    if in_place and metadata.num_row_groups != 1:
        raise invalid(f"its {name} have {metadata.num_row_groups} row groups instead of one")
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            if column.compression not in _CODECS:
                raise invalid(f"column {column.path_in_schema} is packed with {column.compression}")
            if in_place and not _is_plain(column):
                raise invalid(f"column {column.path_in_schema} of its {name} is not PLAIN")
            if in_place and metadata.schema.column(place).max_definition_level:
                raise invalid(f"column {column.path_in_schema} of its {name} is not REQUIRED")


def _is_plain(column: pq.ColumnChunkMetaData) -> bool:
    return not column.has_dictionary_page and _ENCODINGS.issuperset(column.encodings)


def invalid(fault: str) -> StepError:
    """Return the error of a bundle that no web app can read."""
    return StepError("BUNDLE_INVALID", f"The bundle is not valid: {fault}.")
