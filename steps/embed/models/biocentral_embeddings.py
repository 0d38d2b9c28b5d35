"""Vectors from a Biocentral server, and what a user is told when there are none."""

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


class VectorServer(Server):
    """A server that embeds; its faults are a user's to act on."""

    def check(self) -> None:
        """As for any server.

        Raises:
            StepError: BIOCENTRAL_UNAVAILABLE.
        """
        with self._told():
            super().check()

    def embed(
        self, model: str, sequences: Mapping[str, str], tell: Callable[[int], None]
    ) -> dict[str, np.ndarray]:
        """Vectors by the keys of `sequences`; some may be missing or of another shape.

        `tell(k)` is called with the number of sequences that are done so far.

        Raises:
            StepError: BIOCENTRAL_UNAVAILABLE; EMBEDDING_FAILED where it refuses the request, or
                after several tasks in vain.
        """
        try:
            with self._told():
                return self.run(_job(model, sequences, tell))
        except TaskLost as reason:
            raise StepError(
                "EMBEDDING_FAILED",
                f"Biocentral ({self.url}) could not embed {len(sequences)} sequences "
                f"with {model}: {reason}. Run again (what arrived is kept) or use another model.",
            ) from None

    @contextmanager
    def _told(self) -> Iterator[None]:
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
    model: str, sequences: Mapping[str, str], tell: Callable[[int], None]
) -> Job[dict[str, np.ndarray]]:
    def hear(news: TaskDTO) -> None:
        if news.embedding_progress:
            tell(news.embedding_progress.current)

    return Job(
        "embedding",
        lambda client: EmbeddingsApi(client).embed_api_v1_embeddings_service_embed_post,
        EmbedRequest(embedder_name=model, reduce=True, sequence_data=dict(sequences)),
        lambda news: _vectors(news, sequences),
        hear,
    )


def _vectors(news: TaskDTO, sequences: Mapping[str, str]) -> dict[str, np.ndarray]:
    keys = {calculate_sequence_hash(sequence): key for key, sequence in sequences.items()}
    try:
        return EmbeddingsResult(keys, news.embeddings_file).to_dict()
    except Exception as error:
        log.debug("Embeddings that cannot be read", exc_info=True)
        raise TaskLost(f"the task gave a file that cannot be read ({error})") from None
