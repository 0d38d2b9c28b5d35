"""Find the datasets of a file of embeddings, and what each calls its protein.

That is the attribute `original_id`, as bio_embeddings and biotrainer write it, else the name of the
dataset. The name of a group belongs to it where the group holds one dataset only, or where the name
of the dataset has no letter: `A0A000/1-57`; of `P12345/embedding`, the group alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from steps.hdf5.errors import invalid
from steps.hdf5.keys import identifier_of
from steps.hdf5.opening import open_file

if TYPE_CHECKING:
    from h5py.h5d import DatasetID
    from h5py.h5g import GroupID
    from h5py.h5l import LinkInfo

_DEEPEST = 8
_SAYS_NOTHING = {"embedding", "embeddings", "mean", "vector", "representation", "data"}


class Found(NamedTuple):
    """A dataset, and the identifier or header by which the file calls its protein."""

    text: str
    dataset: "DatasetID"


def datasets(path: Path) -> Iterator[Found]:
    """Yield the datasets of a file in the order of their names.

    Raises:
        StepError: INVALID_EMBEDDINGS, where there is none, and for links and damage.
    """
    is_empty = True
    with open_file(path) as file:
        for found in _walk(path, file.id, []):
            is_empty = False
            yield found
    if is_empty:
        raise invalid(path, "it holds no dataset. Write one for each protein.")


def _walk(path: Path, group: "GroupID", above: list[str]) -> Iterator[Found]:
    from h5py import h5d, h5g, h5o

    if len(above) == _DEEPEST:
        raise invalid(path, f"its groups are nested more than {_DEEPEST} deep. Write fewer.")
    members = _members(path, group)
    for name in members:
        found = h5o.open(group, name)
        names = [*above, identifier_of(name.decode("utf-8"))]
        if isinstance(found, h5d.DatasetID):
            text = _original_id(found) or _text(names, len(members) == 1)
            if names == [text] and text.lower() in _SAYS_NOTHING:
                raise invalid(
                    path,
                    f"{text!r} is no name of a protein. Write a dataset for each one, named after "
                    "it: the rows of a matrix one by one.",
                )
            yield Found(text, found)
        elif isinstance(found, h5g.GroupID):
            yield from _walk(path, found, names)


def _members(path: Path, group: "GroupID") -> list[bytes]:
    """Return the names in a group; refuse links, which could lead to other files."""
    from h5py import h5l

    names: list[bytes] = []
    links: list[bytes] = []

    def take(name: bytes, info: "LinkInfo") -> None:
        (names if info.type == h5l.TYPE_HARD else links).append(name)

    group.links.iterate(take, info=True)
    if links:
        name = links[0].decode("utf-8", "replace")
        raise invalid(path, f"{name!r} is a link. Write all embeddings into the file itself.")
    return names


def _original_id(dataset: "DatasetID") -> str:
    from h5py import AttributeManager, Dataset, Empty, h5a

    if not h5a.exists(dataset, b"original_id"):
        return ""
    value = AttributeManager(Dataset(dataset))["original_id"]
    # Some write a list of one, or nothing.
    if isinstance(value, Empty) or np.size(value) != 1:
        return ""
    value = np.asarray(value).item()
    text = value.decode("utf-8") if isinstance(value, bytes) else str(value)
    return text.strip()


def _text(names: list[str], is_alone: bool) -> str:
    """Return how a dataset without `original_id` calls its protein."""
    *groups, last = names
    if not groups or not (is_alone or (last.isascii() and not any(map(str.isalpha, last)))):
        return last
    return "/".join(groups if last.lower() in _SAYS_NOTHING else names)
