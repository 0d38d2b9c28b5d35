"""Compare points with all others by PyTorch, on an NVIDIA GPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch

from steps.errors import StepError
from steps.project.knn.points import Indices, Points, blocks, drawn

#: References that a block of queries is compared with at a time: 512 MiB of distances.
_REFERENCES = 32_768
_SAMPLE = 20_000


def nearest(queries: Points, references: Points, k: int, device: str) -> Indices:
    """Return the references nearest to each query, shape (queries, k), in no certain order.

    Args:
        device: name of a torch device, "cuda" or "cpu".

    Raises:
        StepError: GPU_MISSING where PyTorch finds none; OUT_OF_MEMORY where the references do not
            fit into its memory.
    """
    if device != "cpu" and not torch.cuda.is_available():
        raise StepError(
            "GPU_MISSING",
            f"device is '{device}', and PyTorch {torch.__version__} finds no NVIDIA GPU that it "
            "can use. Run on a machine that has one, or with device=cpu.",
        )
    try:
        with _full_precision(), torch.inference_mode():
            return _nearest(queries, references, k, device)
    except torch.OutOfMemoryError:
        pass
    # Out of the handler, whose traceback would hold the tensors.
    torch.cuda.empty_cache()
    raise StepError(
        "OUT_OF_MEMORY",
        f"{len(references):,} embeddings do not fit into the memory of the GPU. Free it of other "
        "work, or run with device=cpu.",
    )


@contextmanager
def _full_precision() -> Iterator[None]:
    """Multiply in float32 as it is: TF32 has 10 bits, which mistake one neighbour for another."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def _nearest(queries: Points, references: Points, k: int, device: str) -> Indices:
    # Less is lost where products cancel if points lie around the origin.
    middle = references.take(drawn(len(references), _SAMPLE)).mean(axis=0)
    others = torch.empty(references.matrix.shape, device=device)
    for rows in blocks(len(references)):
        others[rows] = torch.from_numpy(references.take(rows) - middle).to(device)
    squares = None if references.manhattan else torch.linalg.vector_norm(others, dim=1).square()
    found = np.empty((len(queries), k), dtype=np.int64)
    for rows in blocks(len(queries)):
        asking = torch.from_numpy(queries.take(rows) - middle).to(device)
        found[rows] = _of_block(asking, others, squares, k).cpu().numpy()
    return found


def _of_block(
    queries: torch.Tensor, references: torch.Tensor, squares: torch.Tensor | None, k: int
) -> torch.Tensor:
    """Return the references nearest to a block of queries, shape (queries, k).

    Args:
        squares: squared lengths of the references; none to compare by absolute differences.
    """
    near, places = [], []
    for start in range(0, len(references), _REFERENCES):
        part = slice(start, start + _REFERENCES)
        if squares is None:
            ranks = torch.cdist(queries, references[part], p=1)
        else:
            # Squared distances but for the square of the query, which ranks nothing.
            ranks = torch.addmm(squares[part], queries, references[part].T, alpha=-2)
        best = ranks.topk(min(k, ranks.shape[1]), dim=1, largest=False, sorted=False)
        near.append(best.values)
        places.append(best.indices + start)
    chosen = torch.cat(near, dim=1).topk(k, dim=1, largest=False, sorted=False).indices
    return torch.cat(places, dim=1).gather(1, chosen)
