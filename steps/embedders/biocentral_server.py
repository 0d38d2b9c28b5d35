"""A Biocentral server: its health, and one task submitted and followed to its end."""

import logging
import threading
from collections.abc import Callable, Mapping
from importlib.metadata import version

import numpy as np
import stamina
from biocentral_api import BiocentralAPI
from biocentral_api._generated import (
    BiocentralServiceApi,
    DefaultApi,
    EmbeddingsApi,
    EmbedRequest,
    TaskDTO,
    TaskStatus,
)
from biocentral_api.clients.embeddings_client import EmbeddingsResult
from biocentral_api.utils import calculate_sequence_hash

from steps.embedders.biocentral_requests import NotFound, Requests
from steps.errors import StepError

log = logging.getLogger("steps")

#: How often a batch is submitted before it counts as failed.
_ATTEMPTS = 3
_FIRST_WAIT_SECONDS = 1.0
#: Seconds from one look at a task to the next: the first, and the longest.
_POLL_SECONDS = (0.2, 2.0)
#: When to give up a task whose last answer may have been lost on its way.
_SILENCE_SECONDS = 60


class TaskLost(Exception):
    """A task will not give its vectors; `str` says why."""


class Server:
    """One server; its methods may be called from several threads."""

    def __init__(self, url: str):
        self._requests = Requests(url)
        self._closed = threading.Event()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()

    def check(self) -> None:
        """Make sure that the server lives and that the client library can talk to it.

        Raises:
            StepError: BIOCENTRAL_UNAVAILABLE, saying which of these fails.
        """
        lowest, highest = BiocentralAPI.MIN_API_VERSION, BiocentralAPI.MAX_API_VERSION
        try:
            health, _ = self._requests.ask(
                DefaultApi(self._requests.client).health_check_health_get
            )
            theirs = str(health["version"])
            fits = _major(lowest) <= _major(theirs) < _major(highest)
        except NotFound:
            raise self._requests.unavailable("is no Biocentral server") from None
        except (KeyError, TypeError, ValueError):
            raise self._requests.unavailable("does not say which version it has") from None
        if not fits:
            ours = f"biocentral-api {version('biocentral-api')}"
            raise self._requests.unavailable(
                f"has version {theirs}, but {ours} can use {lowest} to below {highest} only"
            )

    def embed(
        self, model: str, sequences: Mapping[str, str], tell: Callable[[int], None]
    ) -> dict[str, np.ndarray]:
        """Vectors by the keys of `sequences`; some may be missing or of another shape.

        `tell(k)` is called with the number of sequences that are done so far.

        Raises:
            StepError: BIOCENTRAL_UNAVAILABLE; EMBEDDING_FAILED after several tasks in vain.
        """
        try:
            for attempt in stamina.retry_context(
                TaskLost,
                attempts=_ATTEMPTS,
                timeout=None,
                wait_initial=_FIRST_WAIT_SECONDS,
                wait_jitter=_FIRST_WAIT_SECONDS,
            ):
                with attempt:
                    return self._follow(self._submit(model, sequences), sequences, tell)
        except TaskLost as reason:
            raise StepError(
                "EMBEDDING_FAILED",
                f"Biocentral ({self._requests.url}) could not embed {len(sequences)} sequences "
                f"with {model}: {reason}. Run again (what arrived is kept) or use another model.",
            ) from None

    def _submit(self, model: str, sequences: Mapping[str, str]) -> str:
        request = EmbedRequest(embedder_name=model, reduce=True, sequence_data=dict(sequences))
        service = EmbeddingsApi(self._requests.client)
        submit = service.embed_api_v1_embeddings_service_embed_post
        try:
            return self._requests.ask(submit, request)[0].task_id
        except NotFound:
            raise self._requests.unavailable("has no embedding service") from None

    def _follow(
        self, task_id: str, sequences: Mapping[str, str], tell: Callable[[int], None]
    ) -> dict[str, np.ndarray]:
        service = BiocentralServiceApi(self._requests.client)
        status = service.task_status_api_v1_biocentral_service_task_status_task_id_get
        pause, longest = _POLL_SECONDS
        interrupted, silence = False, 0.0
        while not self._closed.wait(pause):
            try:
                answer, tries = self._requests.ask(status, task_id)
            except NotFound:
                raise TaskLost("the server does not know the task any more") from None
            for news in answer.dtos:
                if (found := _read(news, sequences, tell)) is not None:
                    return found
            # News are told once: the last one may have been in an answer that broke off.
            interrupted |= tries > 1
            silence = 0 if answer.dtos else silence + pause
            if interrupted and silence > _SILENCE_SECONDS:
                raise TaskLost("the task is silent since the connection broke off")
            pause = min(pause * 1.5, longest)
        raise TaskLost("the task was left")


def _read(
    news: TaskDTO, sequences: Mapping[str, str], tell: Callable[[int], None]
) -> dict[str, np.ndarray] | None:
    """The vectors, if these news have them."""
    if news.status == TaskStatus.FAILED:
        raise TaskLost(f"the task failed ({news.error or 'no reason given'})")
    if news.embedding_progress:
        tell(news.embedding_progress.current)
    if news.status != TaskStatus.FINISHED:
        return None
    keys = {calculate_sequence_hash(sequence): key for key, sequence in sequences.items()}
    try:
        return EmbeddingsResult(keys, news.embeddings_file).to_dict()
    except Exception as error:
        log.debug("Embeddings that cannot be read", exc_info=True)
        raise TaskLost(f"the task gave a file that cannot be read ({error})") from None


def _major(number: str) -> int:
    return int(number.partition(".")[0])
