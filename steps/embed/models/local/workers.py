"""A process for each GPU; with one device, the process that is there."""

import multiprocessing
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path

import numpy as np
import torch

from steps.embed.models.local.network import Network
from steps.embed.models.local.runner import Batch, Runner
from steps.errors import StepError

#: Batches that a worker has at once: one that it computes, and one to go on with. (A runner with
#: one thread hands a batch over when it has the next.)
IN_HAND = 2


@dataclass(frozen=True)
class Recipe:
    """All that a process needs to have the model on its device."""

    folder: Path
    family: str
    device: str
    precision: str
    budget: int

    def runner(self, threads: int = 1) -> Runner:
        """Load the model, and return what runs batches on it."""
        network = Network(self.folder, self.family, self.device, self.precision)
        return Runner(network, self.budget, threads)


def run(
    recipes: Sequence[Recipe], plan: Iterable[list[int]], sequences: Sequence[str]
) -> Iterator[tuple[list[int], np.ndarray]]:
    """Yield the positions of each batch of `plan` and their embeddings, in any order."""
    batches = ((positions, [sequences[at] for at in positions]) for positions in plan)
    if len(recipes) == 1:
        threads = torch.get_num_threads() if recipes[0].device == "cpu" else 1
        yield from recipes[0].runner(threads).run(batches)
        return
    workers = [_Worker(recipe) for recipe in recipes]
    try:
        yield from _spread(workers, batches)
    finally:
        for worker in workers:
            worker.end()


def _spread(
    workers: Sequence["_Worker"], batches: Iterator[Batch]
) -> Iterator[tuple[list[int], np.ndarray]]:
    for _ in range(IN_HAND):
        for worker in workers:
            worker.give(next(batches, None))
    while working := {worker.connection: worker for worker in workers if worker.in_hand}:
        ready = wait(list(working))
        for worker in [worker for each, worker in working.items() if each in ready]:
            result = worker.take()
            worker.give(next(batches, None))
            yield result


class _Worker:
    """The near end of a process that computes on one device."""

    def __init__(self, recipe: Recipe):
        context = multiprocessing.get_context("spawn")
        self.device, self.in_hand = recipe.device, 0
        self.connection, far = context.Pipe()
        self._process = context.Process(target=_work, args=(recipe, far), daemon=True)
        self._process.start()
        # Without this end, the process's death is the end of the connection.
        far.close()

    def give(self, batch: Batch | None) -> None:
        """A batch to compute; `None` is the end."""
        try:
            self.connection.send(batch)
        except OSError:
            # `take` finds out why, if anything is still expected.
            return
        self.in_hand += batch is not None

    def take(self) -> tuple[list[int], np.ndarray]:
        """The next result."""
        try:
            kind, *content = self.connection.recv()
        except (EOFError, ConnectionError):
            raise self._lost() from None
        if kind == "error":
            raise StepError(*content)
        self.in_hand -= 1
        return tuple(content)

    def end(self) -> None:
        self.connection.close()
        self._process.terminate()
        self._process.join()

    def _lost(self) -> StepError:
        self._process.join()
        return StepError(
            "WORKER_LOST",
            f"The process that computed on {self.device} ended with status "
            f"{self._process.exitcode}; was there too little main memory for each GPU's copy of "
            "the model while it loads? Run again, with fewer GPUs (CUDA_VISIBLE_DEVICES).",
        )


def _work(recipe: Recipe, connection: Connection) -> None:
    """The far end: batches in, results out, until `None` or the other side is gone."""
    try:
        for positions, vectors in recipe.runner().run(iter(connection.recv, None)):
            connection.send(("vectors", positions, vectors))
    except StepError as error:
        connection.send(("error", error.code, error.message))
    except (EOFError, ConnectionError):
        pass
