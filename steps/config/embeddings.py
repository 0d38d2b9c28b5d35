"""Files of embeddings in the configuration: `/a/x.h5` or `/a/x.h5:name`, each with its embedder.

A checked one is `/absolute/x.h5:name`, so that the configuration of a run says what each file was
taken for.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from steps.config.values import embedder, servable
from steps.embed.models import OWN
from steps.embed.models.catalogue import MODELS, file_name, find_model
from steps.hdf5.names import SUFFIXES, name_in, split_name
from steps.project.methods import SIMILARITY
from steps.retrieve.queries import is_query


class GivenFile(NamedTuple):
    """A file of embeddings, and the name of the embedder that made them."""

    path: str
    name: str


def given_file(text: str) -> str:
    """Return a file of embeddings with its absolute path and the name of its embedder.

    Raises:
        ValueError: a sentence on what is wrong.
        StepError: INVALID_EMBEDDINGS, where its name has to be read and cannot be.
    """
    found = split_name(text)
    if not found:
        endings = ", ".join(SUFFIXES)
        raise ValueError(
            f"'{text}' is no file of embeddings; write /path/to/file.h5:name (endings: {endings}). "
            "A FASTA file is the whole 'input', and the key 'embeddings' has those beside it."
        )
    path, name = Path(found[0]).expanduser().absolute(), found[1]
    if not path.is_file():
        raise ValueError(f"there is no file '{found[0]}'; give its absolute path.")
    return f"{path}:{canonical_name(name or name_in(path, [*OWN, *MODELS]))}"


def canonical_name(name: str) -> str:
    """Return the name of an embedder: the short one of a model that has one, else as it is."""
    is_plain = re.search(r"\w", name) and name.isprintable() and not re.search(r"[:{}\\]", name)
    if name == SIMILARITY or not is_plain:
        raise ValueError(f"'{name}' cannot be the name of an embedder. Choose another: file:name.")
    try:
        return name if name in OWN else find_model(name).name
    except ValueError:
        return name


def given_files(texts: Iterable[str]) -> list[GivenFile]:
    """Return the files that checked texts name."""
    return [GivenFile(*found) for text in texts if (found := split_name(text))]


def input_parts(text: str) -> list[str]:
    """Return the files of embeddings that the key `input` names; none for other inputs."""
    if is_query(text) or Path(text).is_dir():
        return []
    parts = [text] if Path(text).is_file() else [part.strip() for part in text.split(",")]
    return parts if any(map(split_name, parts)) else []


@dataclass(frozen=True)
class Choice:
    """The files of embeddings of a run, and the embedders that it may have beside them.

    Attributes:
        alone: checked files that are the input, which then has no sequences.
        given: checked files beside the input.
        backend: backend of language models.
    """

    alone: list[str]
    given: list[str]
    backend: str

    @property
    def names(self) -> list[str]:
        """Return the embedders of the files, each once."""
        return list(dict.fromkeys(file.name for file in given_files([*self.alone, *self.given])))

    @property
    def to_complete(self) -> list[str]:
        """Return the embedders of files beside the input, which may lack proteins."""
        return [file.name for file in given_files(self.given)]

    def embedders(self, asked: list[str], default: list[str]) -> list[str]:
        """Return the embedders that are asked for, and those of the files.

        The default is not asked for where there are files.
        """
        return [*([] if self.names and asked == default else asked), *self.names]

    def checked(self, name: str) -> str:
        """Return the canonical name of an embedder.

        Raises:
            ValueError: it is unknown, or there is nothing that it could embed.
        """
        if name in self.names:
            return name
        name = self.computed(name)
        if self.alone and name not in self.names:
            raise ValueError(
                f"'{name}' needs sequences, and 'input' has embeddings only. Leave it out, or give "
                "a FASTA file as input and the embeddings by the key 'embeddings'."
            )
        return name

    def computed(self, name: str) -> str:
        """Return the canonical name of an embedder that the backend computes.

        Raises:
            ValueError: it does not.
        """
        return servable(embedder(name), self.backend)

    def distinct(self, embedders: list[str], faults: list[str]) -> list[str]:
        """Return the embedders; add a fault where two would have files of one name."""
        owners: dict[str, str] = {}
        for name in embedders:
            if (owner := owners.setdefault(file_name(name), name)) != name:
                faults.append(
                    f"Key 'embedders': '{owner}' and '{name}' would have files of one name. "
                    "Name one of the files otherwise: file:name."
                )
        return embedders
