"""Take embeddings from files that the user gives, each for the protein that it names."""

import logging
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from steps.errors import StepError
from steps.hdf5.embeddings import Vector, embeddings
from steps.hdf5.errors import invalid, some
from steps.hdf5.vectors import Shape
from steps.normalize.identifiers import find_identifier, finder

log = logging.getLogger("steps")


class GivenEmbeddings:
    """The embeddings of some proteins, from files of one embedder.

    Attributes:
        identifiers: those of the proteins.
        matrix: float32, shape (proteins, numbers); only rows in `there` have values.
        there: whether a file has the protein.
        unknown: what the files call proteins that are none of these.
        averaged: number of embeddings that are means over residues.
    """

    def __init__(self, identifiers: Sequence[str], lengths: Sequence[int | None]) -> None:
        """`lengths` in residues, `None` where no sequence is known."""
        self.identifiers, self._lengths = identifiers, lengths
        self._rows = {identifier: row for row, identifier in enumerate(identifiers)}
        self._find = matcher(identifiers)
        self.matrix: Vector = np.empty((len(identifiers), 0), np.float32)
        self.there = np.zeros(len(identifiers), bool)
        self.unknown: list[str] = []
        self.averaged = 0

    def read(self, path: Path, advance: Callable[[int], None]) -> None:
        """Read a file; `advance` is called with numbers of proteins.

        Raises:
            StepError: INVALID_EMBEDDINGS; CONFLICTING_EMBEDDINGS where two differ for one protein.
        """
        for text, shape, vector in embeddings(path):
            self._check_numbers(path, text, shape)
            identifier = self._find(text)
            if identifier is None:
                self.unknown.append(text)
                continue
            row = self._rows[identifier]
            self._check_rows(path, text, shape, self._lengths[row])
            if not self.there[row]:
                self.matrix[row], self.there[row] = vector, True
                self.averaged += shape.rows > 0
                advance(1)
            elif not np.array_equal(self.matrix[row], vector):
                raise _conflict(path, identifier)

    def _check_numbers(self, path: Path, text: str, shape: Shape) -> None:
        if not self.matrix.shape[1]:
            self.matrix = np.empty((len(self.identifiers), shape.numbers), np.float32)
        usual = self.matrix.shape[1]
        if shape.numbers != usual:
            raise invalid(
                path,
                f"{text!r} has {shape.numbers:,} numbers, others of this embedder have "
                f"{usual:,}. Give embeddings of several models as files of their own, with a name "
                "each: a.h5:one,b.h5:other.",
            )

    def _check_rows(self, path: Path, text: str, shape: Shape, length: int | None) -> None:
        """Check that rows are residues: others would take part in the mean."""
        if shape.rows and length is not None and shape.rows != length:
            raise invalid(
                path,
                f"{text!r} has {shape.rows:,} rows, and its sequence {length:,} residues. "
                "Leave out rows of special tokens (begin, end), or give the sequence that was "
                "embedded.",
            )

    @property
    def missing(self) -> list[int]:
        """Return the rows of the proteins that no file has."""
        rows: list[int] = np.flatnonzero(~self.there).tolist()
        return rows

    def warn(self) -> None:
        """Warn of means over residues, and of embeddings that are not used."""
        if self.averaged:
            log.warning(
                f"{self.averaged} embedding(s) have a row for each residue; their mean was taken."
            )
        if self.unknown:
            log.warning(
                f"{len(self.unknown)} embedding(s) match no protein and were not used: "
                f"{some(self.unknown)}."
            )

    def add(self, name: str, computed: Vector) -> None:
        """Put computed embeddings into the missing rows.

        Raises:
            StepError: CONFLICTING_EMBEDDINGS, where they are longer or shorter than those of files.
        """
        numbers, usual = computed.shape[1], self.matrix.shape[1]
        if self.there.any() and numbers != usual:
            raise StepError(
                "CONFLICTING_EMBEDDINGS",
                f"{name} makes embeddings of {numbers:,} numbers, those of the files have "
                f"{usual:,}. Name the embedder that made them: file:name.",
            )
        if not self.there.any():
            self.matrix = np.empty((len(self.identifiers), numbers), np.float32)
        self.matrix[~self.there] = computed
        self.there[:] = True

    def refusal(self, name: str) -> StepError:
        """Return the error for proteins without an embedding."""
        missing = [self.identifiers[row] for row in self.missing]
        theirs = f" The files have, for example, {some(self.unknown)}." if self.unknown else ""
        remedy = "Add them to the file, or take them out of the input"
        if self._lengths[self.missing[0]] is not None:
            remedy += "; with missing=embed, an embedder of that name makes them"
        return StepError(
            "EMBEDDINGS_MISSING",
            f"The files of {name} have no embedding for {len(missing)} of "
            f"{len(self.identifiers)} proteins: {some(missing)}.{theirs} {remedy}.",
        )


def matcher(identifiers: Sequence[str]) -> Callable[[str], str | None]:
    """Return a function that finds the protein which a file of embeddings names.

    As in tables of annotations; also where `/` and `.` became `_`, as ProtTrans writes them.
    """
    find = finder(identifiers)
    written: dict[str, list[str]] = {}
    for identifier in identifiers:
        written.setdefault(re.sub(r"[/.]", "_", identifier), []).append(identifier)
    unique = {text: those[0] for text, those in written.items() if len(those) == 1}

    def match(text: str) -> str | None:
        word = (text.split(None, 1) or [text])[0]
        forms = (text, word, find_identifier(word).text)
        return find(text) or next((unique[form] for form in forms if form in unique), None)

    return match


def _conflict(path: Path, identifier: str) -> StepError:
    return StepError(
        "CONFLICTING_EMBEDDINGS",
        f"Embeddings {path.name}: there are two different ones for {identifier}. Remove one, or "
        "give files of several models a name each: a.h5:one,b.h5:other.",
    )
