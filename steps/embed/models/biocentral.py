"""Language models on a Biocentral server (github.com/biocentral), by its own client library.

Sequences go there sorted by length in batches of at most 1,000, several at a time. A task that
fails or that the server forgets is submitted again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

import numpy as np

from steps.embed.models import Options
from steps.embed.models.catalogue import Model
from steps.errors import StepError

#: The server takes no more sequences at a time.
BATCH = 1000
#: Of the answers of Biocentral's second programming interface; a part of the cache's key.
_REVISION = "biocentral-2"
_SECONDS_BETWEEN = 0.25


class Embedder:
    """One model on one server; vectors are means over residues, as the server makes them."""

    packages = ("biocentral-api",)

    def __init__(self, model: Model, options: Options):
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
            raise StepError(
                "BIOCENTRAL_UNAVAILABLE",
                f"{len(sequences)} sequences are not in the cache, and 'offline: true' forbids to "
                f"ask Biocentral for them. Set offline to false, or backend to local.",
            )
        # The client library takes a second to load; a run that has everything needs none of it.
        from steps.embed.models.biocentral_embeddings import VectorServer

        with VectorServer(self.options.biocentral_url) as server:
            server.check()
            batches = _batches(sequences)
            tasks = [Task(server, self.model, batch, sequences) for batch in batches]
            yield from _run(tasks, self.options.requests_in_flight, advance)


class Task:
    """One batch of sequences: `positions` of them, and how many are `done`."""

    def __init__(self, server, model: Model, positions: list[int], sequences: Sequence[str]):
        self.server, self.model, self.positions, self.done = server, model, positions, 0
        self.sequences = {str(at): sequences[at] for at in positions}

    def run(self) -> tuple[list[int], np.ndarray]:
        """Positions and vectors of what the server could embed."""
        found = self.server.embed(self.model.biocentral, self.sequences, self._tell)
        self.done = len(self.positions)
        vectors = {int(at): vector for at, vector in found.items()}
        return _of_one_length(vectors, self.model.dimensions)

    def _tell(self, done: int) -> None:
        # A task that was submitted again starts from nothing; what was told stays told.
        self.done = max(self.done, min(done, len(self.positions)))


def _run(
    tasks: list[Task], in_flight: int, advance: Callable[[int], None]
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Run a few tasks at a time; yield what they give. The first failure ends it all."""
    told = 0
    pool = ThreadPoolExecutor(in_flight)
    try:
        futures = {pool.submit(task.run) for task in tasks}
        while futures:
            ended, futures = wait(futures, _SECONDS_BETWEEN, FIRST_COMPLETED)
            done = sum(task.done for task in tasks)
            if done > told:
                advance(done - told)
            told = done
            yield from _results(ended)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _results(ended: set[Future]) -> Iterator[tuple[list[int], np.ndarray]]:
    """First what arrived, so that it is kept, then the failure if there is one."""
    for future in ended:
        if not future.exception():
            yield future.result()
    for future in ended:
        future.result()


def _of_one_length(
    vectors: dict[int, np.ndarray], dimensions: int | None
) -> tuple[list[int], np.ndarray]:
    """Positions and vectors, without those that are not as long as they should, or as most are."""
    lengths = Counter(vector.size for vector in vectors.values() if vector.ndim == 1)
    usual = dimensions or max(lengths, key=lengths.get, default=0)
    kept = [at for at, vector in sorted(vectors.items()) if vector.shape == (usual,)]
    stacked = [vectors[at].astype(np.float32) for at in kept]
    return kept, np.stack(stacked) if stacked else np.empty((0, usual), dtype=np.float32)


def _batches(sequences: Sequence[str]) -> list[list[int]]:
    """Positions, short sequences first, in batches of about equal counts."""
    from biocentral_api import batched

    order = sorted(range(len(sequences)), key=lambda at: (len(sequences[at]), sequences[at]))
    return list(batched(order, BATCH))
