"""The embeddings of a job: by an embedder, from files that the user gives, or from both."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from steps import cli
from steps.cache.options import open_from
from steps.embed.models import Embedder, Options, get_embedder
from steps.embed.reuse import Reuse
from steps.errors import StepError
from steps.files import described
from steps.progress import EvenProgress, Progress

if TYPE_CHECKING:
    from steps.embed.onto import OldEmbeddings


@dataclass
class Job:
    """What step embed was asked; `computed` and `given` fill its report.

    `old` are those of a map that the embeddings join.
    """

    arguments: argparse.Namespace
    report: cli.Report
    progress: Progress
    old: "OldEmbeddings | None" = None

    def computed(self, name: str, sequences: Sequence[str]) -> tuple[np.ndarray, list[int]]:
        """Return the embeddings of distinct sequences, and the row of each sequence among them."""
        given = {field.name: getattr(self.arguments, field.name) for field in fields(Options)}
        embedder = get_embedder(name, Options(**given))
        self._check({"embedder": embedder.name, **self._origin(embedder)})
        # No embedder knows J (Leu or Ile).
        texts = [text.replace("J", "X") for text in sequences]
        rows = {text: row for row, text in enumerate(dict.fromkeys(texts))}
        embeddings = self._embeddings(embedder, list(rows))
        self.report.counts |= {"sequences": len(texts), "distinct": len(rows)}
        self.report.parameters |= {"embedder": embedder.name, "dimensions": embeddings.shape[1]}
        self.report.parameters |= self._origin(embedder)
        self._check(self.report.parameters)
        self.report.packages = ("h5py", *embedder.packages)
        return embeddings, [rows[text] for text in texts]

    def given(
        self, name: str, identifiers: Sequence[str], sequences: Sequence[str | None]
    ) -> np.ndarray:
        """Return the embeddings of the given files, and computed ones for what they lack.

        Raises:
            StepError: see `GivenEmbeddings.read`; EMBEDDINGS_MISSING where none are to be computed.
        """
        # Other runs need none of it.
        from steps.embed.given import GivenEmbeddings

        lengths = [None if text is None else len(text) for text in sequences]
        given = GivenEmbeddings(identifiers, lengths)
        for path in self.arguments.file:
            given.read(path, self.progress.advance)
        if self.old:
            # They may be those of the map.
            given.unknown = [text for text in given.unknown if text not in self.old.rows]
        if self.arguments.shard:
            # They may be those of other shards.
            given.unknown.clear()
        given.warn()
        missing = given.missing
        self.report.counts = {"distinct": 0, "reused": 0}
        if missing:
            lacking = self._to_compute(given.refusal(name), [sequences[row] for row in missing])
            self.progress.items = len(lacking)
            embeddings, order = self.computed(name, lacking)
            given.add(name, embeddings[order])
        self.report.counts |= {"sequences": len(identifiers), "missing": len(missing)}
        self.report.parameters |= {
            "embedder": name,
            "dimensions": given.matrix.shape[1],
            "files": [described(path) for path in self.arguments.file],
        }
        self.report.packages = self.report.packages or ("h5py",)
        self._check(self.report.parameters)
        return given.matrix

    def _origin(self, embedder: Embedder) -> dict[str, str]:
        """Return backend and revision of a language model; nothing of embedders of ours."""
        if not embedder.revision:
            return {}
        return {"backend": self.arguments.backend, "revision": embedder.revision}

    def _check(self, parameters: dict[str, Any]) -> None:
        """Check that the embeddings are made as those of the map that they join, if any."""
        if self.old:
            self.old.check(parameters)

    def _embeddings(self, embedder: Embedder, sequences: list[str]) -> np.ndarray:
        """Return the embeddings of distinct sequences, and report how many the cache had."""
        self.report.counts["reused"] = 0
        if not sequences:
            # A shard of a data set with fewer proteins than its FASTA file has records.
            return np.empty((0, embedder.dimensions or 0), np.float32)
        if embedder.revision is None:
            work = EvenProgress(self.progress.advance, self.progress.items, len(sequences))
            ((_, embeddings),) = embedder.embed(sequences, work.advance)
            return embeddings
        with open_from(self.arguments) as cache:
            reuse = Reuse(cache, embedder, sequences, self.progress)
            embeddings = reuse.complete()
            # Without a cache, what arrived is kept beside the output until all of it is there.
            if self.arguments.cache == "none":
                cache.discard()
        self.report.counts["reused"] = reuse.reused
        if reuse.imported:
            # Made elsewhere, by whoever published the file.
            self.report.parameters["imported"] = {"count": reuse.imported, "files": reuse.imports}
        return embeddings

    def _to_compute(self, refusal: StepError, sequences: Sequence[str | None]) -> list[str]:
        """Return the sequences, where they are there and may be embedded; else raise."""
        there = [text for text in sequences if text is not None]
        if self.arguments.missing == "refuse" or len(there) < len(sequences):
            raise refusal
        return there


def need_sequences(name: str, sequences: Sequence[str | None]) -> list[str]:
    """Return the sequences.

    Raises:
        StepError: EMBEDDINGS_MISSING, where there are none.
    """
    there = [text for text in sequences if text is not None]
    if len(there) < len(sequences):
        raise StepError(
            "EMBEDDINGS_MISSING",
            f"{name} needs sequences, and the input has embeddings only. Give a FASTA file as "
            "input, and the file of embeddings by the key 'embeddings'.",
        )
    return there
