"""Files of embeddings that name another one beside them, which has those of the map they joined.

`steps.embed.joined` writes them.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from steps.hdf5.errors import invalid
from steps.hdf5.opening import open_file

#: Attributes of the root: name of the other file, and the digest of its index.
NAME, DIGEST = "old_embeddings", "old_embeddings_sha256"


def other_file(path: Path, attributes: Mapping[str, Any]) -> Path | None:
    """Return the file that a file of embeddings names, if any; it is in the same folder."""
    return path.with_name(Path(str(attributes[NAME])).name) if NAME in attributes else None


def parts(path: Path) -> list[Path]:
    """Return the files that have the embeddings of a file: the one it names, if any, and itself.

    Raises:
        StepError: INVALID_EMBEDDINGS, where it is no HDF5 file, or names one that is not there.
    """
    with open_file(path) as file:
        other, is_empty = other_file(path, file.attrs), not len(file)
    if not other:
        return [path]
    if not other.is_file():
        raise invalid(path, f"most of its embeddings are in {other.name}. Keep the two together.")
    return [other] if is_empty else [other, path]
