"""Answers of one source: from the cache, else requested in batches, several at a time."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from protspace.data.annotations.retrievers.http_utils import PooledSession

from steps.annotate.remote.reachability import why_unreachable
from steps.annotate.remote.source import Source, SourceError, Values
from steps.config import defaults
from steps.progress import EvenProgress

if TYPE_CHECKING:
    from steps.cache.run_cache import RunCache

log = logging.getLogger("steps")

#: A source is down after so many failed batches without an answer in between.
_LOST_BATCHES = 3
_OFFLINE = "'offline: true' allows no request"


@dataclass
class Outcome:
    """Answers of one source by key, how many were requested or cached, and keys without one.

    `days` are those on which the source gave the answers.
    """

    label: str
    answers: dict[str, Values] = field(default_factory=dict)
    asked: int = 0
    stored: int = 0
    missing: set[str] = field(default_factory=set)
    reason: str = ""
    days: set[date] = field(default_factory=set)


@dataclass(frozen=True)
class FetchOptions:
    """Whether and where sources are asked; see the keys of the configuration."""

    offline: bool = False
    #: Age in days up to which cached answers are used.
    days: float = 30
    #: Sources whose cached answers are not used.
    refetch: frozenset[str] = frozenset()
    #: Folder of the files of code names that `steps.preload.prefetch` fetched.
    references: Path | None = None
    biocentral_url: str = defaults.BIOCENTRAL_URL

    def not_before(self, source: str) -> date | None:
        """Return the oldest day whose cached answers are used; `None` if none are."""
        return None if source in self.refetch else _today() - timedelta(days=self.days)


def _today() -> date:
    return datetime.now(UTC).date()


def fetch(
    source: Source,
    keys: Iterable[str],
    wanted: Sequence[str],
    cache: "RunCache",
    options: FetchOptions,
    advance: Callable[[int], None] = lambda keys: None,
    *,
    keep: bool = True,
) -> Outcome:
    """Return the answers of `source` to `keys`.

    Args:
        source: the source to ask.
        keys: duplicates are asked once.
        wanted: annotations that a cached answer must have to be used.
        cache: where answers are looked up, and stored if `keep`.
        options: how the source is asked.
        advance: called with numbers of keys, evenly however many answers were cached.
        keep: whether new answers are cached.
    """
    outcome = Outcome(source.label)
    distinct = list(dict.fromkeys(keys))
    since = options.not_before(source.name)
    if since is not None:
        found = cache.annotations(source.cache_name, source.schema_version, distinct, since)
        full = {key: each for key, each in found.items() if set(wanted) <= each[0].keys()}
        outcome.answers = {key: value for key, (value, _) in full.items()}
        outcome.stored, outcome.days = len(full), {day for _, day in full.values()}
    missing = [key for key in distinct if key not in outcome.answers]
    work = EvenProgress(advance, len(distinct), len(missing))
    if missing:
        requests = _Requests(source, cache if keep else None, outcome, work.advance)
        requests.run(missing, options.offline)
    work.complete()
    outcome.missing = set(distinct) - outcome.answers.keys()
    return outcome


class _Requests:
    """Batches in flight to one source, until all are answered or the source is down."""

    def __init__(
        self,
        source: Source,
        cache: "RunCache | None",
        outcome: Outcome,
        advance: Callable[[int], None],
    ) -> None:
        self.source, self.cache, self.outcome, self.advance = source, cache, outcome, advance
        self.lost, self.last_answer = 0, time.monotonic()

    def run(self, keys: list[str], offline: bool) -> None:
        """Ask for all keys, and once more for those that were lost on the way."""
        self.outcome.reason = _OFFLINE if offline else why_unreachable(self.source.url)
        if self.outcome.reason:
            return
        self.outcome.asked = len(keys)
        with PooledSession(self.source.in_flight) as session:
            pool = ThreadPoolExecutor(self.source.in_flight, thread_name_prefix=self.source.name)
            try:
                self._ask(session, pool, keys)
                lost = [key for key in keys if key not in self.outcome.answers]
                if len(lost) < len(keys) and not self._is_down():
                    self._ask(session, pool, lost)
            finally:
                # Requests that wait for another try give up; one that hangs is not waited for.
                session.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, session: PooledSession, pool: ThreadPoolExecutor, keys: list[str]) -> None:
        batches = self.source.batches(keys)
        waiting = {pool.submit(self.source.ask, session, batch): batch for batch in batches}
        while waiting and not self._is_down():
            done, _ = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(future, waiting.pop(future))

    def _take(self, future: Future[dict[str, Values]], keys: list[str]) -> None:
        self.advance(len(keys))
        try:
            answers = future.result()
        except Exception as error:
            down = isinstance(error, SourceError) and error.down
            self.lost = _LOST_BATCHES if down else self.lost + 1
            self.outcome.reason = _short(error)
            log.debug("%s: a batch of %d was lost", self.source.label, len(keys), exc_info=True)
            return
        self.lost, self.last_answer = 0, time.monotonic()
        self.outcome.answers |= answers
        self.outcome.days |= {_today()} if answers else set()
        if self.cache:
            source = self.source
            self.cache.add_annotations(source.cache_name, source.schema_version, answers, _today())

    def _is_down(self) -> bool:
        if time.monotonic() - self.last_answer > self.source.patience_seconds:
            self.outcome.reason = f"no answer for {self.source.patience_seconds} s"
            return True
        return self.lost >= _LOST_BATCHES


def _short(error: Exception) -> str:
    """Return the reason in a few words, without a URL of many accessions."""
    if isinstance(error, SourceError):
        return str(error)
    response = getattr(error, "response", None)
    if response is not None:
        return f"answered {response.status_code} {response.reason}".strip()
    return type(error).__name__
