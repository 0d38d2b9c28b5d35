"""Read references that are no part of the input: labels and embeddings from files of their own."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from steps import cli
from steps.embed.given import GivenEmbeddings
from steps.errors import did_you_mean
from steps.files import described
from steps.hdf5.embeddings import shapes
from steps.hdf5.names import split_name
from steps.normalize.embeddings import identifiers_of
from steps.optional.transfer.labels import Labels
from steps.optional.transfer.proteins import Proteins
from steps.optional.transfer.tables import RESULTS, invalid, read_annotations


class ReferenceSet:
    """Files of references.

    Attributes:
        source: what the user named: embeddings, a FASTA file, a bundle, or annotations.parquet of
            an earlier run.
        embeddings: HDF5 file.
        embedder: what made these; empty where nobody says so.
        labels: bundles, annotations.parquet and tables; see `read_annotations`.
    """

    def __init__(self, source: Path, embeddings: str, labels: Sequence[Path]) -> None:
        """`embeddings` is a path, or `path:embedder`."""
        path, self.embedder = split_name(embeddings) or (embeddings, "")
        self.source, self.embeddings, self.labels = source, Path(path), list(labels)

    @property
    def name(self) -> str:
        """Return the name by which messages, and the table of origins, call the references."""
        is_run = self.source.name == RESULTS
        return self.source.absolute().parent.name if is_run else self.source.name

    def described(self) -> dict[str, object]:
        """Return names and SHA-256 of the files, for the report."""
        files = dict.fromkeys([self.source, self.embeddings, *self.labels])
        return {"name": self.name, "files": [described(path) for path in files]}

    def read(self, wanted: Sequence[str], embedder: str, numbers: int) -> Proteins:
        """Return the references; those take part that have an embedding and a wanted label.

        Args:
            wanted: annotations.
            embedder: that of the input.
            numbers: length of its embeddings.

        Raises:
            StepError: INVALID_REFERENCES, INVALID_ANNOTATIONS, INVALID_EMBEDDINGS.
        """
        self._check(embedder, numbers)
        annotations = read_annotations(self.labels, self._identifiers)
        self._check_columns(wanted, annotations.column_names[1:])
        proteins = self._with_embeddings(annotations, _labelled(annotations, wanted))
        for name in wanted:
            rows, _ = proteins.labelled(name)
            if not len(rows):
                raise invalid(
                    self.name,
                    f"none of {annotations.num_rows:,} has both a value of '{name}' and an "
                    f"embedding in {self.embeddings.name}. Leave '{name}' out of 'transfer', or "
                    "give the labels and embeddings of the same proteins.",
                )
        return proteins

    def _check(self, embedder: str, numbers: int) -> None:
        """Check that the embeddings are those of one model, as far as the file tells."""
        if self.embedder and self.embedder != embedder:
            raise invalid(
                self.name,
                f"their embeddings are by '{self.embedder}', those of the input by '{embedder}', "
                "and cannot be compared. Give embeddings of both by one model.",
            )
        _, shape = next(shapes(self.embeddings))
        if shape.numbers != numbers:
            raise invalid(
                self.name,
                f"their embeddings have {shape.numbers:,} numbers, those of the input, by "
                f"'{embedder}', {numbers:,}. Give embeddings of both by one model.",
            )
        if not self.embedder:
            cli.log.warning(
                f"transfer: {self.embeddings.name} does not say which model made it. It is taken "
                f"for '{embedder}', as its embeddings have {numbers:,} numbers, too; to be sure, "
                f"write {self.embeddings.name}:{embedder}."
            )

    def _identifiers(self) -> list[str]:
        return identifiers_of(self.embeddings, [text for text, _ in shapes(self.embeddings)])

    def _check_columns(self, wanted: Sequence[str], there: list[str]) -> None:
        for name in wanted:
            if name not in there:
                raise invalid(
                    self.name,
                    f"there is no annotation '{name}'.{did_you_mean(name, there)} There are: "
                    f"{', '.join(there) or 'none'}.",
                )

    def _with_embeddings(self, annotations: pa.Table, rows: np.ndarray) -> Proteins:
        """Return the references; only of some the embeddings are read."""
        identifiers = annotations["protein_id"].take(rows).to_pylist()
        given = GivenEmbeddings(identifiers, [None] * len(identifiers))
        given.read(self.embeddings, lambda count: None)
        if missing := len(given.missing):
            cli.log.warning(
                f"transfer: {missing:,} of {len(rows):,} labelled references have no embedding in "
                f"{self.embeddings.name} and are left out."
            )
        place = np.full(annotations.num_rows, -1, np.intp)
        place[rows] = np.where(given.there, np.arange(len(rows)), -1)
        return Proteins(annotations, place, given.matrix, place >= 0, self.name)


def _labelled(annotations: pa.Table, wanted: Sequence[str]) -> np.ndarray:
    """Return the rows that have a value of any wanted annotation."""
    codes = [Labels.of(annotations[name]).codes for name in wanted]
    return np.flatnonzero((np.array(codes) >= 0).any(axis=0))


def shared(queries: Proteins, references: Proteins) -> int:
    """Return how many queries are references, too; say what that means.

    An identifier names one protein, so these may get what is known of themselves.
    """
    names = references.annotations["protein_id"].filter(pa.array(references.place >= 0))
    count = len(set(queries.identifiers).intersection(names.to_pylist()))
    if count:
        cli.log.info(
            f"transfer: {count:,} protein(s) of the input are references, too, by identifier: such "
            "a protein may get its own label, and is then its own source."
        )
    return count
