"""Embed each sequence once: look in the cache first, then ask the embedder for the rest."""

import logging
import time
from collections.abc import Sequence
from itertools import batched
from typing import TYPE_CHECKING

from steps.cache import sequence_digest
from steps.cache.revisions import IMPORTED
from steps.embed.matrix import Matrix
from steps.embed.models import Embedder
from steps.errors import StepError
from steps.progress import EvenProgress, Progress

if TYPE_CHECKING:
    from steps.cache.entries import Embedding
    from steps.cache.run_cache import RunCache

log = logging.getLogger("steps")

#: How often to look for what other runs are embedding at the moment.
_SECONDS_BETWEEN = 0.5
#: Embeddings in memory a second time while they are taken from the cache.
_PORTION = 10_000


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
        self._matrix = Matrix(self.sequences, embedder.dimensions)
        self.reused = 0
        #: Files from which embeddings were imported into the cache, and how many of these are used.
        self.imports = cache.imports(embedder.name)
        self.imported = 0
        #: Digests that the cache has in another length than the rest; to be made again.
        self.odd: set[bytes] = set()

    def complete(self) -> "Embedding":
        """Return all embeddings: float32, shape (n, dimensions), in the order of the sequences.

        Raises:
            StepError: EMBEDDING_INCOMPLETE where the embedder gave none, or none that is finite
                and as long as the others; whatever the embedder raises.
        """
        self._look_up()
        lacking = len(self._matrix.missing())
        work = EvenProgress(self._progress.advance, self._progress.items, lacking)
        while missing := self._matrix.missing():
            mine = self.cache.claim(*self._key, missing) | self.odd
            if mine:
                self._embed([digest for digest in missing if digest in mine], work)
            else:
                time.sleep(_SECONDS_BETWEEN)
            work.advance(self._look_up())
        work.complete()
        return self._matrix.values()

    def _look_up(self) -> int:
        """Take from the cache those that are missing; return how many it had."""
        self.odd = set()
        taken = sum(map(self._take, batched(self._matrix.missing(), _PORTION)))
        self.reused += taken
        return taken

    def _take(self, missing: Sequence[bytes]) -> int:
        """Take what the cache has of these; return how many it had."""
        found = self.cache.embeddings(*self._key, missing)
        if self.imports and len(found) < len(missing):
            rest = [digest for digest in missing if digest not in found]
            imported = self.cache.embeddings(self.embedder.name, IMPORTED, rest)
            imported = self._matrix.usable(list(imported), imported.values())
            self.imported += len(imported)
            found |= imported
        usable = self._matrix.usable(list(found), found.values())
        self.odd |= found.keys() - usable.keys()
        self._matrix.add(usable)
        return len(usable)

    def _embed(self, digests: list[bytes], work: EvenProgress) -> None:
        """Have the embedder embed these, and cache each batch as it arrives."""
        made = 0
        sequences = [self.sequences[digest] for digest in digests]
        log.info("Embedding %d of %d sequences.", len(digests), len(self.sequences))
        for positions, batch in self.embedder.embed(sequences, work.advance):
            usable = self._matrix.usable([digests[at] for at in positions], batch)
            self.cache.add_embeddings(*self._key, usable)
            self._matrix.add(usable)
            made += len(usable)
        self.cache.release()
        bad = len(digests) - made
        if bad:
            raise StepError(
                "EMBEDDING_INCOMPLETE",
                f"{self.embedder.name} gave no usable embedding for {bad} of {len(self.sequences)} "
                "sequences. What arrived is kept: run again, and only these are asked for.",
            )
