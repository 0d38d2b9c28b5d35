"""A Biocentral server: its health, and one task submitted and followed to its end."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Self

import stamina
from biocentral_api._generated import (
    ApiClient,
    BiocentralServiceApi,
    DefaultApi,
    TaskDTO,
    TaskStatus,
)

from steps.biocentral.http import NotFound, Requests, Unavailable

#: How often a task is submitted before it counts as failed.
_ATTEMPTS = 3
_FIRST_WAIT_SECONDS = 1.0
#: Seconds from one look at a task to the next: the first, and the longest.
_POLL_SECONDS = (0.2, 2.0)
#: When to give up a task whose last answer may have been lost on its way.
_SILENCE_SECONDS = 60


class TaskLost(Exception):
    """A task will not give its result; `str` says why."""


@dataclass(frozen=True)
class Job[T]:
    """One task of a server, and how its result is read."""

    #: As in "the server has no ... service".
    service: str
    #: The call of the generated layer that submits it.
    submit: Callable[[ApiClient], Callable[..., Any]]
    request: Any
    #: Return the result of the message that the task has finished; may raise `TaskLost`.
    read: Callable[[TaskDTO], T]
    #: Called with all messages of a task that has not failed.
    hear: Callable[[TaskDTO], None] = lambda news: None


class Server:
    """One server; its methods may be called from several threads.

    Once `closed` is set, or a `with` block ended, the tasks under way are left.
    """

    def __init__(self, url: str, closed: threading.Event | None = None) -> None:
        self.url = url
        self._closed = closed or threading.Event()
        self._requests = Requests(url, self._closed)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()

    def check(self) -> None:
        """Make sure that the server lives and that the client library can talk to it.

        Raises:
            Unavailable: saying which of these fails.
        """
        # Untyped: the package does not declare what it exports.
        from biocentral_api import BiocentralAPI  # type: ignore[attr-defined]

        lowest, highest = BiocentralAPI.MIN_API_VERSION, BiocentralAPI.MAX_API_VERSION
        try:
            health, _ = self._requests.ask(
                DefaultApi(self._requests.client).health_check_health_get
            )
            theirs = str(health["version"])
            fits = _major(lowest) <= _major(theirs) < _major(highest)
        except NotFound:
            raise Unavailable("is no Biocentral server") from None
        except (KeyError, TypeError, ValueError):
            raise Unavailable("does not say which version it has") from None
        if not fits:
            ours = f"biocentral-api {version('biocentral-api')}"
            raise Unavailable(
                f"has version {theirs}, but {ours} can use {lowest} to below {highest} only"
            )

    def run[T](self, job: Job[T]) -> T:
        """Return the result of the job; submit a task that is lost again.

        Raises:
            TaskLost: after several tasks in vain.
            Refused, Unavailable: see `Requests.ask`.
        """
        for attempt in stamina.retry_context(
            self._may_try_again,
            attempts=_ATTEMPTS,
            timeout=None,
            wait_initial=_FIRST_WAIT_SECONDS,
            wait_jitter=_FIRST_WAIT_SECONDS,
        ):
            with attempt:
                return self._follow(self._submit(job), job)
        raise AssertionError("a retry context ends by a result or an error")

    def _may_try_again(self, error: Exception) -> bool:
        return isinstance(error, TaskLost) and not self._closed.is_set()

    def _submit(self, job: Job[Any]) -> str:
        try:
            answer, _ = self._requests.ask(job.submit(self._requests.client), job.request)
            return str(answer.task_id)
        except NotFound:
            raise Unavailable(f"has no {job.service} service") from None

    def _follow[T](self, task_id: str, job: Job[T]) -> T:
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
                if _has_finished(news, job):
                    return job.read(news)
            # A message is sent once: the last one may have been in an answer that broke off.
            interrupted |= tries > 1
            silence = 0 if answer.dtos else silence + pause
            if interrupted and silence > _SILENCE_SECONDS:
                raise TaskLost("the task is silent since the connection broke off")
            pause = min(pause * 1.5, longest)
        raise TaskLost("the task was left")


def _has_finished(news: TaskDTO, job: Job[Any]) -> bool:
    if news.status == TaskStatus.FAILED:
        raise TaskLost(f"the task failed ({news.error or 'no reason given'})")
    job.hear(news)
    return bool(news.status == TaskStatus.FINISHED)


def _major(number: str) -> int:
    return int(number.partition(".")[0])
