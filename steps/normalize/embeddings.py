"""Take the proteins of a data set from files of embeddings: identifiers, without sequences.

Files of one embedder are merged. Of several embedders, the proteins are those that each has, in the
order of the first; as in protspace.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from steps.errors import StepError
from steps.hdf5.embeddings import shapes
from steps.hdf5.errors import invalid, some
from steps.normalize.identifiers import (
    Repeated,
    UniqueIdentifiers,
    check_identifier,
    find_identifier,
)
from steps.normalize.limits import Counts, Limits, above, check_enough, check_size

log = logging.getLogger("steps")

#: Of each number, in half precision: a small file may have much when it is unpacked.
_LEAST_BYTES = 2


@dataclass
class Proteins:
    """Identifiers of proteins, each with what its file calls it."""

    headers: dict[str, str] = field(default_factory=dict)
    counts: Counts = field(default_factory=Counts)


def read_proteins(files: Sequence[tuple[Path, str]], limits: Limits) -> Proteins:
    """Return the proteins of files of embeddings.

    Args:
        files: each with the name of its embedder.
        limits: FASTA limits; rows of embeddings by residue count as residues.

    Raises:
        StepError: INVALID_EMBEDDINGS, DUPLICATE_IDENTIFIERS, and those of the limits.
    """
    by_name: dict[str, Proteins] = {}
    for path, name in files:
        found = by_name.setdefault(name, Proteins())
        texts = list(_texts(path, limits, found.counts))
        for identifier, text in zip(identifiers_of(path, texts), texts, strict=True):
            found.headers.setdefault(identifier, text)
    proteins = Proteins(_common(files[0][0], list(by_name.values())))
    proteins.counts.sequences = len(proteins.headers)
    check_enough(limits, proteins.counts, files[0][0])
    return proteins


def _texts(path: Path, limits: Limits, counts: Counts) -> Iterator[str]:
    """Yield what a file calls its proteins, each by an embedding of a usable shape."""
    _check_bytes(path.stat().st_size, limits)
    numbers = 0
    for text, shape in shapes(path):
        numbers += max(shape.rows, 1) * shape.numbers
        _check_bytes(_LEAST_BYTES * numbers, limits)
        counts.sequences += 1
        counts.residues += shape.rows
        check_size(limits, counts, text, shape.rows)
        yield text


def _check_bytes(count: int, limits: Limits) -> None:
    if above(count, limits.max_file_bytes):
        raise StepError(
            "FILE_TOO_LARGE",
            f"The file has more than {limits.max_file_bytes:,} bytes, counted unpacked. Use fewer "
            "proteins, or embeddings by protein instead of by residue.",
        )


def identifiers_of(path: Path, texts: Sequence[str]) -> list[str]:
    """Return the identifiers in what a file calls its proteins, as in headers of a FASTA file.

    Raises:
        StepError: DUPLICATE_IDENTIFIERS; INVALID_EMBEDDINGS for one that cannot be shown.
    """
    try:
        found, whole_words = _identifiers(texts, whole_words=False)
        # Seen only after others had been reduced.
        return _identifiers(texts, whole_words=True)[0] if whole_words else found
    except Repeated as error:
        first, second = texts[error.line - 1], texts[error.second - 1]
        raise StepError(
            "DUPLICATE_IDENTIFIERS",
            f"Embeddings {path.name}: {first!r} and {second!r} are one protein by their "
            "identifiers. Remove or rename one of the two.",
        ) from None
    except StepError as error:
        raise invalid(path, "a dataset has no name that can be shown. Rename it.") from error


def _identifiers(texts: Iterable[str], whole_words: bool) -> tuple[list[str], bool]:
    unique = UniqueIdentifiers(whole_words)
    identifiers = []
    for number, text in enumerate(texts, 1):
        word = text.removeprefix(">").split(None, 1)
        found = find_identifier(word[0] if word else "\0")
        check_identifier(found.text, number)
        identifiers.append(unique.add(found, number))
    return identifiers, unique.whole_words


def _common(path: Path, sets: Sequence[Proteins]) -> dict[str, str]:
    """Return the proteins of the first embedder that all others have, too; warn of the rest."""
    first, *others = (each.headers for each in sets)
    common = {key: text for key, text in first.items() if all(key in other for other in others)}
    union = dict.fromkeys(key for each in sets for key in each.headers)
    lost = [key for key in union if key not in common]
    if not common:
        raise invalid(
            path,
            f"no protein is in the files of all embedders; the first has {some(list(first))}, "
            f"the second {some(list(others[0]))}. To merge files of one embedder, give them one "
            "name: a.h5:prot_t5,b.h5:prot_t5.",
        )
    if lost:
        log.warning(
            f"{len(lost)} of {len(union)} proteins lack an embedding by one of the embedders and "
            f"were left out: {some(lost)}."
        )
    return common
