"""Protein language models on this machine's GPUs, or its CPU, by transformers.

The embeddings are those of protspace's local backend (same checkpoints, same tokens, same mean over
residues); they are made faster, and of sequences of any length. See docs/local-models.md.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from importlib.util import find_spec
from typing import TYPE_CHECKING

from steps.embed.models import Options
from steps.embed.models.catalogue import Model
from steps.embed.models.local import devices
from steps.embed.models.local.batches import plan
from steps.embed.models.local.checkpoint import Checkpoint
from steps.embed.models.local.families import accepted_length, family_of
from steps.embed.models.local.fetch import find
from steps.errors import StepError

if TYPE_CHECKING:
    import numpy as np

#: Raise it when tokens or pooling change, so that no embedding of before is taken for one of now.
POOLING = 1
#: Packages that are not there after a plain installation.
_NEEDED = ("torch", "transformers")


class Embedder:
    """One model on every visible GPU, or on the CPU: float32 embeddings, the mean over residues.

    `on` (names of torch devices) and `budget` (padded tokens in a batch) are chosen by what the
    machine has; give them to test and to measure.
    """

    packages = _NEEDED

    def __init__(
        self,
        model: Model,
        options: Options,
        *,
        on: Sequence[str] | None = None,
        budget: int | None = None,
    ) -> None:
        if missing := [name for name in _NEEDED if not find_spec(name)]:
            raise StepError(
                "PYTORCH_MISSING",
                f"The backend 'local' needs {' and '.join(missing)}; install with "
                "pip install '.[local]', or choose the backend 'biocentral'.",
            )
        self.name, self.dimensions = model.name, model.dimensions
        self._model, self._options, self._on, self._budget = model, options, on, budget

    @cached_property
    def checkpoint(self) -> Checkpoint:
        """The files of the model."""
        return find(self._model, self._options)

    @cached_property
    def devices(self) -> Sequence[str]:
        """Names of torch devices, one process for each."""
        return self._on or devices.visible()

    @cached_property
    def precision(self) -> str:
        """Of the weights: float32, float16 or bfloat16."""
        return devices.precision(self._model, self.checkpoint, self.devices)

    @property
    def revision(self) -> str:
        """Version of the weights, precision and pooling, as a key of the cache."""
        return f"local {self.checkpoint.version} {self.precision} pooling {POOLING}"

    def embed(
        self, sequences: Sequence[str], advance: Callable[[int], None]
    ) -> Iterator[tuple[Sequence[int], "np.ndarray"]]:
        """Yield each batch as it is done.

        Raises:
            StepError: SEQUENCE_TOO_LONG, MODEL_NOT_FOUND, OUT_OF_MEMORY, WORKER_LOST.
        """
        self._refuse_longer(sequences)
        # Here and not above: this loads PyTorch, which takes seconds.
        from steps.embed.models.local.workers import Recipe, run

        family = family_of(self._model, self.checkpoint)
        budget = self._budget or devices.budget(self.checkpoint, self.devices)
        recipes = [
            Recipe(self.checkpoint.folder, family, device, self.precision, budget)
            for device in self.devices
        ]
        batches = plan([len(sequence) for sequence in sequences], budget)
        for positions, embeddings in run(recipes, batches, sequences):
            advance(len(positions))
            yield positions, embeddings

    def _refuse_longer(self, sequences: Sequence[str]) -> None:
        most = accepted_length(self.checkpoint)
        longest = max(map(len, sequences), default=0)
        if most is not None and longest > most:
            raise StepError(
                "SEQUENCE_TOO_LONG",
                f"{self.name} has positions for {most} residues, and a sequence has {longest}. Set "
                f"max_length to {most} to find it, leave it out, or choose another embedder.",
            )
