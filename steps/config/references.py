"""References of `transfer` in the configuration: where their embeddings and labels are.

They are named by their embeddings (`/a/x.h5:prot_t5`), a FASTA file, a bundle, or the results of an
earlier run.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from steps.annotate.groups import is_table
from steps.config.datasets import is_fasta
from steps.config.embeddings import canonical_name
from steps.embed.models import OWN
from steps.embed.models.catalogue import MODELS, file_name
from steps.hdf5.names import SUFFIXES, split_name, stated_name

_BUNDLE, _ANNOTATIONS = ".parquetbundle", "annotations.parquet"
_FORMS = (
    "embeddings (/a/x.h5:prot_t5), a FASTA file, a bundle (.parquetbundle), or the results of an "
    "earlier run (/a/results/x)"
)


class References(NamedTuple):
    """Files of references.

    Attributes:
        source: the file that the user named; of an earlier run, its annotations.
        embeddings: `path`, or `path:embedder` where that is known; empty where `source` is a FASTA
            file, which the run embeds.
        labels: files that have labels.
    """

    source: str
    embeddings: str
    labels: list[str]


def label_file(text: str) -> str:
    """Return the absolute path of a file of labels.

    Raises:
        ValueError: it is no table and no bundle, or not there.
    """
    path = _path(text)
    if not path.is_file():
        raise ValueError(f"there is no file '{text}'; give its absolute path.")
    if not is_table(text) and path.suffix != _BUNDLE:
        raise ValueError(f"'{text}' is no table (.csv, .tsv, .txt) and no bundle ({_BUNDLE}).")
    return str(path)


def checked(
    text: str, labels: Sequence[str], embedder: str, can_embed: Callable[[str], object]
) -> str:
    """Return the value of `references` with its absolute path.

    Args:
        text: the value.
        labels: files of labels.
        embedder: that of the input.
        can_embed: raises ValueError where the run cannot embed sequences by an embedder.

    Raises:
        ValueError: it names nothing usable, or its embeddings are those of another embedder.
        StepError: INVALID_EMBEDDINGS.
    """
    source, embeddings, known = find_references(text, labels, embedder)
    if not embeddings:
        _check_embedder(source, embedder, can_embed)
    _check_name(embeddings, embedder)
    if not known:
        raise ValueError(
            f"'{text}' has no labels. Give them by the key 'reference_labels': a table whose first "
            "column is the identifier, or a bundle."
        )
    wholes = [Path(path).name for path in known if not is_table(path)]
    if len(wholes) > 1:
        raise ValueError(f"both {wholes[0]} and {wholes[1]} say which proteins there are.")
    return embeddings if split_name(text) else str(_path(text))


def find_references(text: str, labels: Sequence[str], embedder: str) -> References:
    """Return the files of references.

    Raises:
        ValueError: there are none, or no embeddings by the embedder.
        StepError: INVALID_EMBEDDINGS.
    """
    if found := split_name(text):
        path = _existing(found[0])
        return References(str(path), _named(path, found[1]), list(labels))
    path = _path(text)
    if path.is_dir():
        folder = _results_in(path)
        annotations = str(folder / _ANNOTATIONS)
        return References(annotations, _beside(folder, [], embedder), [annotations, *labels])
    path = _existing(text)
    if path.suffix == _BUNDLE:
        alone = [path.with_suffix(suffix) for suffix in SUFFIXES]
        return References(str(path), _beside(path.parent, alone, embedder), [str(path), *labels])
    if is_fasta(path):
        return References(str(path), "", list(labels))
    raise ValueError(f"'{text}' is none of: {_FORMS}.")


def _path(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _existing(text: str) -> Path:
    path = _path(text)
    if not path.is_file():
        raise ValueError(f"there is no file or folder '{text}'; give its absolute path.")
    return path


def _named(path: Path, name: str = "") -> str:
    """Return the path, with the name of its embedder where it is given or the file has one."""
    found = name or stated_name(path, [*OWN, *MODELS])
    return f"{path}:{canonical_name(found)}" if found else str(path)


def _results_in(folder: Path) -> Path:
    """Return the folder of a data set: this one, or the only one that a run has in it."""
    if (folder / _ANNOTATIONS).is_file():
        return folder
    found = [*folder.glob(f"results/*/{_ANNOTATIONS}"), *folder.glob(f"*/{_ANNOTATIONS}")]
    if len(found) > 1:
        names = ", ".join(sorted(str(path.parent) for path in found)[:3])
        raise ValueError(f"'{folder}' has several data sets. Name one: {names}.")
    if not found:
        raise ValueError(f"'{folder}' has no results of a run ({_ANNOTATIONS}).")
    return found[0].parent


def _beside(folder: Path, alone: Sequence[Path], embedder: str) -> str:
    """Return the embeddings of a bundle, or of results: those of a run, or a file of that name."""
    own = folder / "embeddings" / f"{file_name(embedder)}.h5"
    if own.is_file():
        return f"{own}:{embedder}"
    if found := next((path for path in alone if path.is_file()), None):
        return _named(found)
    there = sorted(path.stem for path in own.parent.glob("*.h5"))
    known = f" There are embeddings by {', '.join(there)}." if there else ""
    looked = [str(own), *map(str, alone[:1])]
    raise ValueError(
        f"there are no embeddings by '{embedder}', the embedder of the input: no file "
        f"{' or '.join(looked)}.{known} Embed both by one, or name a file of embeddings: "
        "references=/a/x.h5 reference_labels=/a/x.parquetbundle."
    )


def _check_embedder(source: str, embedder: str, can_embed: Callable[[str], object]) -> None:
    try:
        can_embed(embedder)
    except ValueError as error:
        raise ValueError(
            f"'{source}' has to be embedded by '{embedder}', the embedder of the input. {error} "
            f"Give embeddings of the references: /a/x.h5:{embedder}."
        ) from None


def _check_name(embeddings: str, embedder: str) -> None:
    name = (split_name(embeddings) or ("", ""))[1]
    if name and name != embedder:
        raise ValueError(
            f"'{embeddings}' has embeddings by '{name}'; those of the input are by '{embedder}', "
            "the first embedder. Distances between the two mean nothing: embed both by one. Where "
            "one made both, name it behind each file: x.h5:name."
        )
