"""Embedders: each turns protein sequences into one embedding per protein."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from steps.config import defaults

if TYPE_CHECKING:
    import numpy as np

#: Embedders that are ours; they need no model and no backend.
OWN = {
    "kmers": "steps.embed.models.kmers",
    "composition": "steps.embed.models.composition",
}
#: Backends, which compute the embeddings of language models.
BACKENDS = {"biocentral": "steps.embed.models.biocentral", "local": "steps.embed.models.local"}


@dataclass(frozen=True)
class Options:
    """How language models are reached; see the keys of the same names in the configuration."""

    backend: str = defaults.BACKEND
    biocentral_url: str = defaults.BIOCENTRAL_URL
    requests_in_flight: int = defaults.REQUESTS_IN_FLIGHT
    models: str = ""
    offline: bool = False


class Embedder(Protocol):
    """An embedder, as step embed uses it."""

    #: Name as in the configuration; written as `model_name` into the HDF5 file.
    name: str
    #: All else that decides the numbers (backend, version of the weights, precision), as a key of
    #: the cache. `None`: cheaper to compute than to keep.
    revision: str | None
    #: Length of an embedding, or `None` where only the model knows.
    dimensions: int | None
    #: Packages whose version can change a number.
    packages: tuple[str, ...]

    def embed(
        self, sequences: Sequence[str], advance: Callable[[int], None]
    ) -> Iterator[tuple[Sequence[int], "np.ndarray"]]:
        """Yield positions in `sequences` and their embeddings, as they become ready, in any order.

        The sequences are distinct, upper case and without gaps. The embeddings are float32 of shape
        (positions, dimensions). `advance(k)` is called whenever k more sequences are done; it may
        be called before their embeddings are yielded.

        Raises:
            StepError: the model or the backend cannot be used, with the remedy.
        """
        ...


def get_embedder(name: str, options: Options | None = None) -> Embedder:
    """Return the embedder called `name`: one of ours, or a language model by the chosen backend.

    Raises:
        ValueError: there is none of that name.
        StepError: PYTORCH_MISSING.
    """
    if name in OWN:
        own: Embedder = import_module(OWN[name]).Embedder()
        return own
    from steps.embed.models.catalogue import find_model

    options = options or Options()
    backend = import_module(BACKENDS[options.backend])
    embedder: Embedder = backend.Embedder(find_model(name), options)
    return embedder
