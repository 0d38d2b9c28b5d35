"""Language models on a Biocentral server (github.com/biocentral), by its own client library.

Sequences go there sorted by length in batches of at most 1,000, several at a time. A task that
fails or that the server forgets is submitted again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import batched
from typing import TYPE_CHECKING

import numpy as np

from steps.embed.models import Options
from steps.embed.models.catalogue import Model
from steps.errors import StepError

if TYPE_CHECKING:
    from steps.embed.models.biocentral_embeddings import EmbeddingServer

#: The server takes no more sequences at a time.
BATCH = 1000
#: Of the answers of Biocentral's second programming interface; a part of the cache's key.
_REVISION = "biocentral-2"
_SECONDS_BETWEEN = 0.25


#: Positions and their embeddings: float32, shape (positions, dimensions).
Batch = tuple[list[int], np.ndarray]


class Embedder:
    """One model on one server; embeddings are means over residues, as the server makes them."""

    packages = ("biocentral-api",)

    def __init__(self, model: Model, options: Options) -> None:
        self.model, self.options = model, options
        self.name, self.dimensions = model.name, model.dimensions
        self.revision = f"{_REVISION} {options.biocentral_url}"

    def embed(
        self, sequences: Sequence[str], advance: Callable[[int], None]
    ) -> Iterator[tuple[Sequence[int], np.ndarray]]:
        """Yield each batch when its task has ended.

        Raises:
            StepError: BIOCENTRAL_UNAVAILABLE, EMBEDDING_FAILED.
        """
        if self.options.offline:
            # How many is for the log alone: users of a server must not learn what others sent.
            raise StepError(
                "BIOCENTRAL_UNAVAILABLE",
                "Not all sequences are in the cache, and 'offline: true' forbids to ask Biocentral "
                "for the rest. Set offline to false, or backend to local.",
            )
        # The client library takes a second to load; a run that has everything needs none of it.
        from steps.embed.models.biocentral_embeddings import EmbeddingServer

        with EmbeddingServer(self.options.biocentral_url) as server:
            server.check()
            batches = _batches(sequences)
            tasks = [Task(server, self.model, batch, sequences) for batch in batches]
            yield from _run(tasks, self.options.requests_in_flight, advance)


class Task:
    """One batch of sequences: `positions` of them, and how many are `done`."""

    def __init__(
        self,
        server: "EmbeddingServer",
        model: Model,
        positions: list[int],
        sequences: Sequence[str],
    ) -> None:
        self.server, self.model, self.positions, self.done = server, model, positions, 0
        self.sequences = {str(at): sequences[at] for at in positions}

    def run(self) -> tuple[list[int], np.ndarray]:
        """Return positions and embeddings of the sequences that the server could embed."""
        found = self.server.embed(self.model.biocentral, self.sequences, self._note)
        self.done = len(self.positions)
        embeddings = {int(at): embedding for at, embedding in found.items()}
        return _of_one_length(embeddings, self.model.dimensions)

    def _note(self, done: int) -> None:
        # A task that was submitted again starts from nothing; progress must not.
        self.done = max(self.done, min(done, len(self.positions)))


def _run(
    tasks: list[Task], in_flight: int, advance: Callable[[int], None]
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Run a few tasks at a time; yield their batches. The first failure ends it all."""
    counted = 0
    pool = ThreadPoolExecutor(in_flight)
    try:
        futures = {pool.submit(task.run) for task in tasks}
        while futures:
            ended, futures = wait(futures, _SECONDS_BETWEEN, FIRST_COMPLETED)
            done = sum(task.done for task in tasks)
            if done > counted:
                advance(done - counted)
            counted = done
            yield from _results(ended)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _results(ended: set[Future[Batch]]) -> Iterator[tuple[list[int], np.ndarray]]:
    """Yield what arrived, so that it is kept, then raise the failure if there is one."""
    for future in ended:
        if not future.exception():
            yield future.result()
    for future in ended:
        future.result()


def _of_one_length(
    embeddings: dict[int, np.ndarray], dimensions: int | None
) -> tuple[list[int], np.ndarray]:
    """Return positions and embeddings of the model's dimensions, or of the most frequent ones."""
    lengths = Counter(each.size for each in embeddings.values() if each.ndim == 1)
    usual = dimensions or max(lengths, key=lambda length: lengths[length], default=0)
    kept = [at for at, each in sorted(embeddings.items()) if each.shape == (usual,)]
    stacked = [embeddings[at].astype(np.float32) for at in kept]
    return kept, np.stack(stacked) if stacked else np.empty((0, usual), dtype=np.float32)


def _batches(sequences: Sequence[str]) -> list[list[int]]:
    """Return positions, short sequences first, in batches."""
    order = sorted(range(len(sequences)), key=lambda at: (len(sequences[at]), sequences[at]))
    return [list(batch) for batch in batched(order, BATCH)]
