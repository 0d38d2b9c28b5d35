"""Embed each sequence once: look in the cache first, then ask the embedder for the rest."""

import logging
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from steps.cache import sequence_digest
from steps.embed.models import Embedder
from steps.errors import StepError
from steps.progress import EvenProgress, Progress

if TYPE_CHECKING:
    from steps.cache.entries import Embedding
    from steps.cache.run_cache import RunCache

log = logging.getLogger("steps")

#: How often to look for what other runs are embedding at the moment.
_SECONDS_BETWEEN = 0.5


class Reuse:
    """The embeddings of distinct sequences, each from the cache if it has it.

    Each batch of the embedder is cached as it arrives, so that a failure loses none of it. A
    sequence that another run is embedding right now is waited for. Progress, which users of a
    server see, rises evenly however many were cached.
    """

    def __init__(
        self, cache: "RunCache", embedder: Embedder, sequences: Sequence[str], progress: Progress
    ) -> None:
        if embedder.revision is None:
            raise ValueError(f"{embedder.name} has no revision, so its embeddings are not cached")
        self.cache, self.embedder, self._progress = cache, embedder, progress
        self._key = (embedder.name, embedder.revision)
        self.sequences = {sequence_digest(sequence): sequence for sequence in sequences}
        self.embeddings: dict[bytes, Embedding] = {}
        self.dimensions = embedder.dimensions
        self.reused = 0
        #: Digests that the cache has in another length than the rest; to be made again.
        self.odd: set[bytes] = set()

    def complete(self) -> "Embedding":
        """Return all embeddings: float32, shape (n, dimensions), in the order of the sequences.

        Raises:
            StepError: EMBEDDING_INCOMPLETE where the embedder gave none, or none that is finite
                and as long as the others; whatever the embedder raises.
        """
        self._look_up()
        work = EvenProgress(self._progress.advance, self._progress.items, len(self._missing()))
        while missing := self._missing():
            mine = self.cache.claim(*self._key, missing) | self.odd
            if mine:
                self._embed([digest for digest in missing if digest in mine], work)
            else:
                time.sleep(_SECONDS_BETWEEN)
            work.advance(self._look_up())
        work.complete()
        return np.stack([self.embeddings[digest] for digest in self.sequences])

    def _missing(self) -> list[bytes]:
        return [digest for digest in self.sequences if digest not in self.embeddings]

    def _look_up(self) -> int:
        """Take from the cache those that are missing; return how many it had."""
        missing = self._missing()
        found = self.cache.embeddings(*self._key, missing) if missing else {}
        usable = self._usable(list(found), list(found.values()))
        self.odd = found.keys() - usable.keys()
        self.embeddings |= usable
        self.reused += len(usable)
        return len(usable)

    def _embed(self, digests: list[bytes], work: EvenProgress) -> None:
        """Have the embedder embed these, and cache each batch as it arrives."""
        made: dict[bytes, Embedding] = {}
        sequences = [self.sequences[digest] for digest in digests]
        log.info("Embedding %d of %d sequences.", len(digests), len(self.sequences))
        for positions, batch in self.embedder.embed(sequences, work.advance):
            usable = self._usable([digests[at] for at in positions], batch)
            self.cache.add_embeddings(*self._key, usable)
            made |= usable
        self.cache.release()
        self.embeddings |= made
        bad = len(digests) - len(made)
        if bad:
            raise StepError(
                "EMBEDDING_INCOMPLETE",
                f"{self.embedder.name} gave no usable embedding for {bad} of {len(self.sequences)} "
                "sequences. What arrived is kept: run again, and only these are asked for.",
            )

    def _usable(
        self, digests: Sequence[bytes], found: "Iterable[Embedding]"
    ) -> "dict[bytes, Embedding]":
        """Return the embeddings that are finite and have the embedder's, or the usual, length."""
        embeddings = list(found)
        lengths = Counter(map(len, embeddings))
        self.dimensions = self.dimensions or max(lengths, key=lambda n: lengths[n], default=None)
        return {
            digest: embedding
            for digest, embedding in zip(digests, embeddings, strict=True)
            if len(embedding) == self.dimensions and np.isfinite(embedding).all()
        }
