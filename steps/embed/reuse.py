"""Embed what nobody has embedded yet: the cache first, then the embedder, for the rest only."""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from steps.cache import sequence_digest
from steps.embed.models import Embedder
from steps.errors import StepError
from steps.progress import Progress

if TYPE_CHECKING:
    from steps.cache.cache import Cache

log = logging.getLogger("steps")

#: How often to look for what other runs are embedding at the moment.
_SECONDS_BETWEEN = 0.5


class Reuse:
    """The vectors of distinct sequences, each from the cache if it has it.

    What the embedder gives is put into the cache batch by batch, so that a failure loses none of
    it. A sequence that another run is embedding right now is waited for.
    """

    def __init__(
        self, cache: "Cache", embedder: Embedder, sequences: Sequence[str], progress: Progress
    ):
        self.cache, self.embedder, self.progress = cache, embedder, progress
        self.sequences = {sequence_digest(sequence): sequence for sequence in sequences}
        self.vectors: dict[bytes, np.ndarray] = {}
        self.dimensions = embedder.dimensions
        self.reused = 0
        #: What the cache has in another length than the rest; to be made again.
        self.odd: set[bytes] = set()

    def complete(self) -> np.ndarray:
        """All vectors: float32, shape (n, dimensions), in the order of the sequences.

        Raises:
            StepError: EMBEDDING_INCOMPLETE where the embedder gave none, or none that is finite
                and as long as the others; whatever the embedder raises.
        """
        self._look_up()
        while missing := self._missing():
            mine = self.cache.claim(self.embedder.name, self.embedder.revision, missing) | self.odd
            if mine:
                self._embed([digest for digest in missing if digest in mine])
            else:
                time.sleep(_SECONDS_BETWEEN)
            self._look_up()
        return np.stack([self.vectors[digest] for digest in self.sequences])

    def _missing(self) -> list[bytes]:
        return [digest for digest in self.sequences if digest not in self.vectors]

    def _look_up(self) -> None:
        """Take what the cache has of the rest."""
        if missing := self._missing():
            found = self.cache.embeddings(self.embedder.name, self.embedder.revision, missing)
            usable = self._usable(list(found), list(found.values()))
            self.odd = found.keys() - usable.keys()
            self.vectors |= usable
            self.reused += len(usable)
            if usable:
                self.progress.advance(len(usable))

    def _embed(self, digests: list[bytes]) -> None:
        """Have the embedder make these vectors, and keep each batch as soon as it arrives."""
        made: dict[bytes, np.ndarray] = {}
        sequences = [self.sequences[digest] for digest in digests]
        log.info("Embedding %d of %d sequences.", len(digests), len(self.sequences))
        for positions, vectors in self.embedder.embed(sequences, self.progress.advance):
            usable = self._usable([digests[at] for at in positions], vectors)
            self.cache.add_embeddings(self.embedder.name, self.embedder.revision, usable)
            made |= usable
        self.cache.release()
        self.vectors |= made
        bad = len(digests) - len(made)
        if bad:
            raise StepError(
                "EMBEDDING_INCOMPLETE",
                f"{self.embedder.name} gave no usable vector for {bad} of {len(self.sequences)} "
                "sequences. What arrived is kept: run again, and only these are asked for.",
            )

    def _usable(self, digests: list[bytes], vectors) -> dict[bytes, np.ndarray]:
        """The vectors that are finite and have the embedder's length, or that of most of them."""
        lengths = Counter(map(len, vectors))
        self.dimensions = self.dimensions or max(lengths, key=lengths.get, default=None)
        usable = {}
        for digest, vector in zip(digests, vectors, strict=True):
            if len(vector) == self.dimensions and np.isfinite(vector).all():
                usable[digest] = vector
        return usable
