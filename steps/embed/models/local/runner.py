"""Batches on one device, with less at once when its memory runs out."""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
import torch

from steps.embed.models.local.batches import padded, plan
from steps.embed.models.local.network import Network
from steps.errors import StepError

#: Positions in the input, and the sequences there; longest first.
Batch = tuple[list[int], list[str]]


class Runner:
    """Runs `network` on batches of at most `budget` padded tokens.

    `threads` is for CPUs: each batch is computed by one thread and several batches at once, so that
    no thread waits for another, and an embedding does not depend on how many there are. A sequence
    beyond the budget gets all threads, since attention to a long sequence takes much memory; the
    plan puts such first.
    """

    def __init__(self, network: Network, budget: int, threads: int = 1):
        self._network, self._threads = network, threads
        self.budget = budget

    def run(self, batches: Iterable[Batch]) -> Iterator[tuple[list[int], np.ndarray]]:
        """Yield the positions of each batch and its embeddings, float32 (positions, dimensions).

        `threads` batches are started before the embeddings of the first are waited for.
        """
        started: deque[tuple[list[int], Future[torch.Tensor]]] = deque()
        with ThreadPoolExecutor(
            self._threads, initializer=torch.set_num_threads, initargs=(1,)
        ) as pool:
            for positions, sequences in batches:
                started.append((positions, self._submit(pool, sequences)))
                if len(started) > self._threads:
                    yield _finished(*started.popleft())
            yield from (_finished(*each) for each in started)

    def _submit(self, pool: ThreadPoolExecutor, sequences: Sequence[str]) -> Future[torch.Tensor]:
        if self._threads == 1 or padded([len(it) for it in sequences]) <= self.budget:
            return pool.submit(self._start, sequences)
        torch.set_num_threads(self._threads)
        alone: Future[torch.Tensor] = Future[torch.Tensor]()
        alone.set_result(self._start(sequences))
        return alone

    def _start(self, sequences: Sequence[str]) -> torch.Tensor:
        lengths = [len(sequence) for sequence in sequences]
        if len(lengths) > 1 and padded(lengths) > self.budget:
            return self._in_parts(sequences, lengths)
        try:
            return self._network.pooled(sequences)
        except torch.OutOfMemoryError:
            pass
        # Out of the handler, whose traceback would hold the tensors of the failed try.
        if self._network.device.type == "cuda":
            torch.cuda.empty_cache()
        if len(sequences) == 1:
            raise _does_not_fit(lengths[0])
        self.budget = min(self.budget, padded(lengths)) // 2
        return self._in_parts(sequences, lengths)

    def _in_parts(self, sequences: Sequence[str], lengths: Sequence[int]) -> torch.Tensor:
        """Batches within the budget; they keep the order, since it is that of a plan."""
        parts = plan(lengths, self.budget)
        return torch.cat([self._start([sequences[at] for at in part]) for part in parts])


def _finished(
    positions: list[int], embeddings: Future[torch.Tensor]
) -> tuple[list[int], np.ndarray]:
    return positions, embeddings.result().cpu().numpy()


def _does_not_fit(length: int) -> StepError:
    return StepError(
        "OUT_OF_MEMORY",
        f"A sequence of {length} residues does not fit into the memory of the device, even alone. "
        f"Set max_length below {length} to refuse such sequences, or use backend: biocentral.",
    )
