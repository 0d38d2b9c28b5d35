"""Tell files of embeddings by their endings, and name the embedder that made one.

`x.h5:prot_t5` names the embedder of a file. Otherwise it is the attribute `model_name` of the file,
else a model that the name of the file ends in, else the name of the file; as in protspace.
"""

import re
from pathlib import Path

from steps.hdf5.errors import invalid
from steps.hdf5.linked import parts
from steps.hdf5.opening import open_file

#: Endings of the names of files of embeddings.
SUFFIXES = (".h5", ".hdf5", ".hdf")
_SPECIFICATION = re.compile(r"(.+\.(?:h5|hdf5|hdf))(?::([^/\\:][^:]*))?", re.IGNORECASE | re.DOTALL)
_MOST = 100


def split_name(text: str) -> tuple[str, str] | None:
    """Return path and name of `path[:name]`; `None` where it is no file of embeddings.

    The name is empty where none is given.
    """
    found = _SPECIFICATION.fullmatch(text.strip())
    return (found[1], found[2] or "") if found else None


def count_datasets(path: Path) -> int:
    """Return the number of datasets and groups at the top of a file.

    Raises:
        StepError: INVALID_EMBEDDINGS, where it is no HDF5 file.
    """
    count = 0
    for part in parts(path):
        with open_file(part) as file:
            count += len(file)
    return count


def name_in(path: Path, known: list[str], called: str = "") -> str:
    """Return the name of the embedder that made a file which is given without one.

    Args:
        path: the file.
        known: names of models, in lower case, in which the name of a file may end.
        called: what its owner calls the file, if it is stored under another name.

    Raises:
        StepError: INVALID_EMBEDDINGS, where it is no HDF5 file.
    """
    return stated_name(path, known, called) or called or path.stem


def stated_name(path: Path, known: list[str], called: str = "") -> str | None:
    """Return the name of the embedder that a file, or its name, says; see `name_in`."""
    with open_file(path) as file:
        attribute = file.attrs.get("model_name")
    if attribute is None:
        return _ending(called or path.stem, known)
    name = attribute.decode("utf-8", "replace") if isinstance(attribute, bytes) else attribute
    if not isinstance(name, str) or not name.strip() or len(name) > _MOST:
        raise invalid(
            path,
            f"its attribute model_name is {str(name)[:_MOST]!r}. Give a name: file:name.",
        )
    return name.strip()


def _ending(stem: str, known: list[str]) -> str | None:
    """Return the known model that the name of a file ends in: `esm2_8m` of `toxins_esm2_8m`."""
    words = stem.lower().split("_")
    endings = ("_".join(words[start:]) for start in range(len(words)))
    return next((ending for ending in endings if ending in known), None)
