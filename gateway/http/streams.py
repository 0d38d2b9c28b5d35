"""Bound the streams of events that a client, or all clients of a run, hold at a time.

Clients that lose theirs come back after a time that they are told, not all of them at once.
"""

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.http.errors import GatewayError
from gateway.settings import Settings

_WAIT_SECONDS = 30
#: After which time who has lost a stream connects again: a network that blinks is soon back.
RETRY_MILLISECONDS = 3_000
#: How far apart those come on average that a proxy has let go all at once.
APART_MILLISECONDS = 4
#: The same of those whom a stop sends away. Longer than a restart takes: at the first connection
#: that is refused, Firefox gives up.
RESTART_MILLISECONDS, RESTART_SPREAD_MILLISECONDS = 12_000, 4_000


class Streams:
    """Numbers of open streams by client and by run."""

    def __init__(self, settings: Settings) -> None:
        self._most_of_client = settings.max_streams_per_client
        self._most_of_run = settings.max_streams_per_run
        self._clients: Counter[str] = Counter()
        self._runs: Counter[str] = Counter()

    def retry(self) -> int:
        """Return after how many milliseconds a client whose stream is cut connects again."""
        spread = APART_MILLISECONDS * self._clients.total()
        return RETRY_MILLISECONDS + secrets.randbelow(spread + 1)

    @contextmanager
    def opened(self, client: str, run: str) -> Iterator[None]:
        """Count a stream as long as it is open.

        Raises:
            GatewayError: TOO_MANY_STREAMS.
        """
        if self._clients[client] >= self._most_of_client:
            raise _too_many("your address")
        if self._runs[run] >= self._most_of_run:
            raise _too_many("this job")
        counters = ((self._clients, client), (self._runs, run))
        for counter, key in counters:
            counter[key] += 1
        try:
            yield
        finally:
            for counter, key in counters:
                counter[key] -= 1
                if not counter[key]:
                    del counter[key]


def retry_after_stop() -> int:
    """Return after how many milliseconds a client connects again whose stream a stop ends."""
    return RESTART_MILLISECONDS + secrets.randbelow(RESTART_SPREAD_MILLISECONDS)


class Counted:
    """An answer that is a stream, counted while it is sent."""

    def __init__(self, answer: ASGIApp, opened: AbstractContextManager[None]) -> None:
        self._answer, self._opened = answer, opened

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer.

        Raises:
            GatewayError: TOO_MANY_STREAMS.
        """
        with self._opened:
            await self._answer(scope, receive, send)


def _too_many(whose: str) -> GatewayError:
    message = f"Too many streams of {whose} are open. Close some, and try again."
    return GatewayError(429, "TOO_MANY_STREAMS", message, {"Retry-After": str(_WAIT_SECONDS)})
