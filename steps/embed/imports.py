"""Import embeddings that others have published into the cache, where all runs find them.

Each is found by its sequence, which a FASTA file of the same release gives. What was imported
before is left as it is, so an import that ended early goes on when it is started again.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched
from pathlib import Path

import numpy as np

from steps.cache import sequence_digest
from steps.cache.cache import Cache
from steps.cache.revisions import IMPORTED
from steps.embed.models.catalogue import MODELS, Model, find_model
from steps.errors import StepError
from steps.files import described
from steps.hdf5.embeddings import Vector, embeddings
from steps.hdf5.errors import invalid, some
from steps.hdf5.names import name_in
from steps.hdf5.vectors import Shape
from steps.normalize.alignment import take_apart
from steps.normalize.identifiers import find_identifier
from steps.normalize.limits import Counts as FastaCounts
from steps.normalize.records import raw_records
from steps.normalize.residues import UPPER, without_blanks

log = logging.getLogger("steps")

#: Embeddings in memory at a time, and in one transaction.
_BATCH = 10_000
#: Two embeddings of one sequence by one model differ by rounding: half precision, and what else was
#: in the batch. Those of two models, or of two proteins that are not alike, differ by 0.5 and more.
_TOLERANCE = 0.05


@dataclass
class Counts:
    """Numbers of embeddings: new ones, those that were there, and those without a sequence."""

    added: int = 0
    present: int = 0
    unknown: int = 0


def import_file(cache: Cache, path: Path, fasta: Path, name: str) -> Counts:
    """Import the embeddings of a file, each under the digest of its sequence.

    Raises:
        StepError: INVALID_INPUT for the name of a model, INVALID_EMBEDDINGS, EMBEDDINGS_MISSING
            where no dataset has a sequence, CONFLICTING_EMBEDDINGS, MALFORMED_FASTA.
    """
    model = _model(name)
    _check_name(path, model)
    work = Import(cache, path, model, sequence_digests(fasta))
    cache.add_import(model.name, described(path), datetime.now(UTC).date())
    for batch in batched(embeddings(path), _BATCH):
        work.add(batch)
    counts = work.counts
    if not counts.added + counts.present:
        raise StepError(
            "EMBEDDINGS_MISSING",
            f"No dataset of {path.name} is named after a protein of {fasta.name}; it has "
            f"{some(work.unknown)}. Give the FASTA file of the same release by --fasta.",
        )
    return counts


def _model(name: str) -> Model:
    try:
        return find_model(name)
    except ValueError as error:
        raise StepError("INVALID_INPUT", f"--model: {error}") from None


def _check_name(path: Path, model: Model) -> None:
    """Check that the file does not name another model."""
    try:
        found = find_model(name_in(path, list(MODELS))).name
    except ValueError:
        return
    if found in MODELS and found != model.name:
        raise invalid(path, f"it is named after {found}, not {model.name}. Give --model {found}.")


def sequence_digests(fasta: Path) -> dict[str, bytes]:
    """Return identifier -> key of its sequence in the cache, without those of two sequences.

    Residues are not checked: no run asks for sequences with others.

    Raises:
        StepError: MALFORMED_FASTA.
    """
    digests: dict[str, bytes] = {}
    ambiguous: set[str] = set()
    for record in raw_records(fasta, None, FastaCounts()):
        identifier = find_identifier(record.header.split(None, 1)[0]).text
        residues = take_apart(without_blanks(record.text).translate(UPPER)).residues
        # As step embed gives sequences to embedders.
        digest = sequence_digest(residues.decode("ascii", "replace").replace("J", "X"))
        if digests.setdefault(identifier, digest) != digest:
            ambiguous.add(identifier)
    return {each: digest for each, digest in digests.items() if each not in ambiguous}


class Import:
    """The import of one file.

    Attributes:
        unknown: the first datasets without a sequence.
    """

    def __init__(
        self, cache: Cache, path: Path, model: Model, digests: Mapping[str, bytes]
    ) -> None:
        self._cache, self._path, self._model, self._digests = cache, path, model, digests
        self._revisions = sorted({*cache.revisions(model.name), IMPORTED})
        self._numbers = model.dimensions
        self.counts, self.unknown = Counts(), list[str]()

    def add(self, batch: Iterable[tuple[str, Shape, Vector]]) -> None:
        """Write those of a batch that are new, all or nothing.

        Raises:
            StepError: INVALID_EMBEDDINGS, CONFLICTING_EMBEDDINGS.
        """
        new: dict[bytes, Vector] = {}
        for text, shape, vector in batch:
            self._check(text, shape)
            digest = self._digest(text)
            if digest is None:
                self._leave_out(text)
            elif digest in new:
                self._compare(text, new[digest], vector)
                self.counts.present += 1
            else:
                new[digest] = vector
        there = self._compare_known(new)
        added = {digest: vector for digest, vector in new.items() if digest not in there}
        self._cache.add_embeddings(self._model.name, IMPORTED, added)
        self.counts.added += len(added)
        self.counts.present += len(there)

    def _check(self, text: str, shape: Shape) -> None:
        self._numbers = self._numbers or shape.numbers
        if shape.rows:
            raise invalid(
                self._path,
                f"{text!r} has a row for each residue. Import embeddings of whole proteins "
                "(UniProt's per-protein.h5).",
            )
        if shape.numbers != self._numbers:
            raise invalid(
                self._path,
                f"{text!r} has {shape.numbers:,} numbers; embeddings by {self._model.name} have "
                f"{self._numbers:,}. Name the model that made it by --model.",
            )

    def _digest(self, text: str) -> bytes | None:
        """Return the digest of the sequence that a dataset is for."""
        if found := self._digests.get(text):
            return found
        word = text.split(None, 1)
        return self._digests.get(find_identifier(word[0]).text) if word else None

    def _leave_out(self, text: str) -> None:
        self.counts.unknown += 1
        if len(self.unknown) < 10:
            self.unknown.append(text)

    def _compare_known(self, new: Mapping[bytes, Vector]) -> set[bytes]:
        """Return the digests that were imported before; compare all that the cache has."""
        there: set[bytes] = set()
        for revision in self._revisions:
            found = self._cache.embeddings(self._model.name, revision, list(new))
            for digest, vector in found.items():
                self._compare(digest.hex(), vector, new[digest])
            there = set(found) if revision == IMPORTED else there
        return there

    def _compare(self, text: str, known: Vector, vector: Vector) -> None:
        """Check that two embeddings of one sequence differ by rounding only."""
        if len(known) == len(vector) and np.array_equal(known, vector):
            return
        if len(known) != len(vector) or _distance(known, vector) > _TOLERANCE:
            raise StepError(
                "CONFLICTING_EMBEDDINGS",
                f"Embeddings {self._path.name}: that of {text} is not the one by "
                f"{self._model.name} which the cache, or the file, has of the same sequence. Check "
                "that --model made the file, and that --fasta is of the same release. What was "
                "imported before stays.",
            )


def _distance(one: Vector, other: Vector) -> float:
    """Return the length of the difference, in lengths of the first."""
    scale = float(np.linalg.norm(one.astype(np.float64)))
    difference = float(np.linalg.norm(one.astype(np.float64) - other))
    return difference / scale if scale else difference
