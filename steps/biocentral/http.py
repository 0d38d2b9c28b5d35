"""Requests to a Biocentral server: each with a time limit, tried again while that may help.

Built on the generated layer of `biocentral_api`, because its comfortable one sets no limit: a
server that accepts and never answers would hold a run for ever.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

import stamina
import urllib3
from biocentral_api._generated import ApiClient, ApiException, Configuration

log = logging.getLogger("steps")

#: (connect, read): seconds for one request, the second between two pieces of an answer.
_LIMITS = (5.0, 20.0)
#: How long a server may be away; with the last request's limit, less than a minute.
_PATIENCE_SECONDS = 30
_FIRST_WAIT_SECONDS = 0.5
#: The longest Retry-After of a busy server that is waited for, and how often in a row.
_LONGEST_WAIT_SECONDS = 300
_WAITS = 100
#: How long to wait for a busy server that does not say.
_BUSY_SECONDS = 15.0


class Unavailable(Exception):
    """The server cannot be used; `str` continues the sentence "Biocentral (address) ..."."""


class Refused(Exception):
    """The server does not take a request; `str` is its reason."""


class Passing(Exception):
    """The server cannot be used now; `str` is that of the `Unavailable` that may become of it."""

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason)
        self.wait = wait


class Busy(Passing):
    """The server lives and asks to come again later."""


class NotFound(Exception):
    """The server does not know what it was asked for."""


class Requests:
    """One server's address and a client of it; may be used from several threads.

    Once `closed` is set, nothing more is sent.
    """

    def __init__(self, url: str, closed: threading.Event) -> None:
        self.url, self._closed = url, closed
        # Retries are ours: the pool's own come at once, and hide the reason.
        self.client = ApiClient(Configuration(host=url, retries=False))

    def ask(self, call: Callable[..., Any], *arguments: object) -> tuple[Any, int]:
        """Return the answer to a call of the generated layer, and how many tries it took.

        Raises:
            NotFound: 404.
            Refused: any other error that is the request's.
            Unavailable: the server's own errors, no answer, or one that cannot be read.
        """
        try:
            for waiting in stamina.retry_context(_busy, attempts=_WAITS, timeout=None):
                with waiting:
                    for attempt in stamina.retry_context(
                        _away,
                        attempts=None,
                        timeout=_PATIENCE_SECONDS,
                        wait_initial=_FIRST_WAIT_SECONDS,
                        wait_jitter=_FIRST_WAIT_SECONDS,
                    ):
                        with attempt:
                            return self._once(call, *arguments), attempt.num
        except Passing as reason:
            raise Unavailable(str(reason)) from None
        raise AssertionError("a retry context ends by an answer or an error")

    def _once(self, call: Callable[..., Any], *arguments: object) -> Any:  # noqa: ANN401  (any answer)
        if self._closed.is_set():
            raise Unavailable("was left")
        try:
            return call(*arguments, _request_timeout=_LIMITS)
        except ApiException as error:
            raise _meaning(error) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Passing(f"cannot be reached ({_innermost(error)})") from None
        except Exception as error:
            log.debug("An answer that cannot be read", exc_info=True)
            raise Passing(f"answers what cannot be read ({type(error).__name__})") from None


def _meaning(error: ApiException) -> Exception:
    after = str((error.headers or {}).get("Retry-After", ""))
    wait = float(after) if after.isdecimal() else None
    if error.status == 429:
        wait = wait or _BUSY_SECONDS
        return Busy(f"is busy and asks to come again in {wait:g} s", wait)
    if error.status >= 500:
        return Passing(f"answers {error.status} {error.reason}", wait)
    return NotFound() if error.status == 404 else Refused(_reason(error))


def _busy(error: Exception) -> float | bool:
    """Return how long to wait for a server that is busy; `False` is not at all."""
    wait = error.wait if isinstance(error, Busy) else None
    return wait if wait is not None and wait <= _LONGEST_WAIT_SECONDS else False


def _away(error: Exception) -> float | bool:
    """Return how long to wait for a server that is away: as it asks, if there is time for it."""
    if isinstance(error, Busy) or not isinstance(error, Passing):
        return False
    if error.wait is None:
        return True
    return error.wait if error.wait < _PATIENCE_SECONDS else False


def _reason(error: ApiException) -> str:
    """Return the server's reason, in the shape of its framework or as it stands."""
    data: Any = error.data
    try:
        return str(data.detail[0].msg)
    except (AttributeError, IndexError, TypeError):
        return f"{error.status} {error.reason} {(error.body or '')[:200]}".strip()


def _innermost(error: BaseException) -> str:
    """Return the reason behind a chain of exceptions, without addresses of Python objects."""
    while inner := error.__cause__ or error.__context__:
        error = inner
    return str(error) if isinstance(error, OSError) else type(error).__name__


def _log_retry(details: stamina.instrumentation.RetryDetails) -> None:
    log.info("Biocentral %s; again in %.1f s.", details.caused_by, details.wait_for)


stamina.instrumentation.set_on_retry_hooks([_log_retry])
