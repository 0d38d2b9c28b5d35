"""Answers of one source: from the cache, else asked in batches, a few at a time."""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from protspace.data.annotations.retrievers.http_utils import PooledSession

from steps.annotate.remote.reachability import why_unreachable
from steps.annotate.remote.source import Source, SourceError, Values

if TYPE_CHECKING:
    from steps.cache.cache import Cache

log = logging.getLogger("steps")

#: So many batches lost, and none answered since: the source is down.
_LOST_BATCHES = 3
_FORBIDDEN = "'offline: true' forbids to ask it"


@dataclass
class Outcome:
    """What came of asking one source."""

    label: str
    answers: dict[str, Values] = field(default_factory=dict)
    asked: int = 0
    stored: int = 0
    missing: set[str] = field(default_factory=set)
    reason: str = ""


@dataclass(frozen=True)
class Rules:
    """How answers are come by: see the keys of the configuration."""

    offline: bool = False
    days: float = 30
    refetch: frozenset[str] = frozenset()
    #: Folder of the files of names that `steps.preload.prefetch` fetched.
    references: Path | None = None

    def not_before(self, source: str) -> date | None:
        """The oldest day whose answers are good enough; `None` for no stored answer at all."""
        return None if source in self.refetch else _today() - timedelta(days=self.days)


def _today() -> date:
    return datetime.now(UTC).date()


def fetch(
    source: Source,
    keys: Iterable[str],
    wanted: Sequence[str],
    cache: "Cache",
    rules: Rules,
    advance: Callable[[int], None] = lambda done: None,
    *,
    keep: bool = True,
) -> Outcome:
    """The answers of `source` to `keys` that have all `wanted` annotations.

    Without `keep` new answers are not put into the cache.
    """
    outcome = Outcome(source.label)
    distinct = list(dict.fromkeys(keys))
    since = rules.not_before(source.name)
    if since is not None:
        found = cache.annotations(source.kept_as, source.schema_version, distinct, since)
        full = {key: value for key, (value, _) in found.items() if set(wanted) <= value.keys()}
        outcome.answers, outcome.stored = full, len(full)
    missing = [key for key in distinct if key not in outcome.answers]
    advance(len(distinct) - len(missing))
    if missing:
        _Asking(source, cache if keep else None, outcome, advance).run(missing, rules.offline)
    outcome.missing = set(distinct) - outcome.answers.keys()
    return outcome


class _Asking:
    """Batches in flight, and the decision that a source is down."""

    def __init__(self, source: Source, cache: "Cache | None", outcome: Outcome, advance):
        self.source, self.cache, self.outcome, self.advance = source, cache, outcome, advance
        self.lost, self.heard = 0, time.monotonic()

    def run(self, keys: list[str], offline: bool) -> None:
        self.outcome.reason = _FORBIDDEN if offline else why_unreachable(self.source.url)
        if self.outcome.reason:
            return
        self.outcome.asked = len(keys)
        with PooledSession(self.source.in_flight) as session:
            pool = ThreadPoolExecutor(self.source.in_flight, thread_name_prefix=self.source.name)
            try:
                self._ask(session, pool, keys)
                lost = [key for key in keys if key not in self.outcome.answers]
                if len(lost) < len(keys) and not self._is_down():
                    # What was lost on the way is asked for once more.
                    self._ask(session, pool, lost)
            finally:
                # Requests that wait to be tried again give up; nobody waits for one that hangs.
                session.stop.set()
                pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, session: PooledSession, pool: ThreadPoolExecutor, keys: list[str]) -> None:
        batches = self.source.batches(keys)
        waiting = {pool.submit(self.source.ask, session, batch): batch for batch in batches}
        while waiting and not self._is_down():
            done, _ = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                self._take(future, waiting.pop(future))

    def _take(self, future, keys: list[str]) -> None:
        self.advance(len(keys))
        try:
            answers = future.result()
        except Exception as error:
            down = isinstance(error, SourceError) and error.down
            self.lost = _LOST_BATCHES if down else self.lost + 1
            self.outcome.reason = _short(error)
            log.debug("%s: a batch of %d was lost", self.source.label, len(keys), exc_info=True)
            return
        self.lost, self.heard = 0, time.monotonic()
        self.outcome.answers |= answers
        if self.cache:
            source = self.source
            self.cache.add_annotations(source.kept_as, source.schema_version, answers, _today())

    def _is_down(self) -> bool:
        if time.monotonic() - self.heard > self.source.patience_seconds:
            self.outcome.reason = f"no answer for {self.source.patience_seconds} s"
            return True
        return self.lost >= _LOST_BATCHES


def _short(error: Exception) -> str:
    """What went wrong, in a few words and without a URL of many accessions."""
    if isinstance(error, SourceError):
        return str(error)
    response = getattr(error, "response", None)
    if response is not None:
        return f"answered {response.status_code} {response.reason}".strip()
    return type(error).__name__
