"""Embeddings from a Biocentral server, and its faults in sentences for users."""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
from biocentral_api._generated import EmbeddingsApi, EmbedRequest, TaskDTO
from biocentral_api.clients.embeddings_client import EmbeddingsResult
from biocentral_api.utils import calculate_sequence_hash

from steps.biocentral.http import Refused, Unavailable
from steps.biocentral.tasks import Job, Server, TaskLost
from steps.errors import COLAB, StepError

log = logging.getLogger("steps")


class EmbeddingServer(Server):
    """A server that embeds; its faults become errors that a user can act on."""

    def check(self) -> None:
        """Check the server.

        Raises:
            StepError: BIOCENTRAL_UNAVAILABLE.
        """
        with self._explained():
            super().check()

    def embed(
        self, model: str, sequences: Mapping[str, str], report: Callable[[int], None]
    ) -> dict[str, np.ndarray]:
        """Return embeddings by the keys of `sequences`; some may be missing or of another shape.

        `report(k)` is called with the number of sequences that are done so far.

        Raises:
            StepError: BIOCENTRAL_UNAVAILABLE; EMBEDDING_FAILED where it refuses the request, or
                after several tasks in vain.
        """
        try:
            with self._explained():
                return self.run(_job(model, sequences, report))
        except TaskLost as reason:
            raise StepError(
                "EMBEDDING_FAILED",
                f"Biocentral ({self.url}) could not embed a batch of sequences "
                f"with {model}: {reason}. Run again (what arrived is kept) or use another model.",
            ) from None

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except Unavailable as reason:
            raise StepError(
                "BIOCENTRAL_UNAVAILABLE",
                f"Biocentral ({self.url}) {reason}. Try again later (what arrived is kept), "
                f"compute with 'backend: local', or use the notebook: {COLAB}",
            ) from None
        except Refused as reason:
            raise StepError(
                "EMBEDDING_FAILED", f"Biocentral ({self.url}) refuses the request: {reason}."
            ) from None


def _job(
    model: str, sequences: Mapping[str, str], report: Callable[[int], None]
) -> Job[dict[str, np.ndarray]]:
    def hear(news: TaskDTO) -> None:
        if news.embedding_progress:
            report(news.embedding_progress.current)

    return Job(
        "embedding",
        lambda client: EmbeddingsApi(client).embed_api_v1_embeddings_service_embed_post,
        EmbedRequest(embedder_name=model, reduce=True, sequence_data=dict(sequences)),
        lambda news: _embeddings(news, sequences),
        hear,
    )


def _embeddings(news: TaskDTO, sequences: Mapping[str, str]) -> dict[str, np.ndarray]:
    keys = {calculate_sequence_hash(sequence): key for key, sequence in sequences.items()}
    try:
        embeddings: dict[str, np.ndarray] = EmbeddingsResult(keys, news.embeddings_file).to_dict()
    except Exception as error:
        log.debug("Embeddings that cannot be read", exc_info=True)
        raise TaskLost(f"the task gave a file that cannot be read ({error})") from None
    return embeddings
