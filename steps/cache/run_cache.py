"""The cache of one run: a failure of the cache costs the run what is in it, not its result."""

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Self

from steps.cache.aside import remove, set_aside
from steps.cache.cache import Cache, File
from steps.cache.entries import Annotation, Embedding
from steps.cache.failures import Damaged, Unavailable
from steps.cli import FOR_OPERATOR

log = logging.getLogger("steps")

#: Damage in so many files one after the other is no damage of a file.
_TRIES = 3
#: Users of a server read these two, so they name no place; the log has the reason with the place.
REPLACED = "The cache was damaged; the run went on with a new one."
LOST = "The cache could not be used; the run went on without it."


class RunCache:
    """A cache whose methods never fail, with those methods of `Cache` that steps use.

    A damaged file is set aside, and a new one takes its place. Where the cache cannot be used for
    another reason, such as a lock or a full disk, the run goes on without one: nothing is found,
    everything is for the caller to compute, and nothing is kept.
    """

    def __init__(self, opener: Callable[[], Cache], *, private: bool = False) -> None:
        """`opener` opens the cache, and another one after damage; `private` as for `Cache`."""
        self._opener, self._private, self._lock = opener, private, threading.Lock()
        self._cache: Cache | None = None
        self._tries = _TRIES
        self._open()

    def embeddings(
        self, model: str, revision: str, digests: Sequence[bytes]
    ) -> dict[bytes, Embedding]:
        """Return the embeddings that there are of these digests."""
        return self._try(lambda cache: cache.embeddings(model, revision, digests), {})

    def add_embeddings(self, model: str, revision: str, new: Mapping[bytes, Embedding]) -> None:
        """Write these embeddings and release the claims on them."""
        self._try(lambda cache: cache.add_embeddings(model, revision, new), None)

    def imports(self, model: str) -> list[File]:
        """Return the files from which embeddings of a model were imported."""
        return self._try(lambda cache: cache.imports(model), [])

    def claim(self, model: str, revision: str, digests: Sequence[bytes]) -> set[bytes]:
        """Claim digests to compute; without a cache, all of them."""
        return self._try(lambda cache: cache.claim(model, revision, digests), set(digests))

    def release(self) -> None:
        """Release all claims."""
        self._try(Cache.release, None)

    def annotations(
        self,
        source: str,
        schema_version: int,
        accessions: Sequence[str],
        not_before: date | None = None,
    ) -> dict[str, tuple[Annotation, date]]:
        """Return annotations and the day each was fetched; without those of before `not_before`."""
        return self._try(
            lambda cache: cache.annotations(source, schema_version, accessions, not_before), {}
        )

    def add_annotations(
        self, source: str, schema_version: int, values: Mapping[str, Annotation], day: date
    ) -> None:
        """Write these annotations, fetched on `day`."""
        self._try(lambda cache: cache.add_annotations(source, schema_version, values, day), None)

    def discard(self) -> None:
        """Close the cache, and remove its file if it is private."""
        self._try(Cache.discard, None)

    def close(self) -> None:
        """Release all claims, prune if that is due, and disconnect.

        What the run needs it has by now, so a failure is for the operator alone.
        """
        cache, self._cache = self._cache, None
        if cache is None:
            return
        try:
            cache.finish()
        except Unavailable as error:
            cache.abandon()
            self._makes_room(error)
        cache.abandon()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _try[T](self, act: Callable[[Cache], T], otherwise: T) -> T:
        """Return what `act` returns, in a new cache after damage; `otherwise` without a cache."""
        while cache := self._cache:
            try:
                return act(cache)
            except Unavailable as error:
                self._replace(cache, error)
        return otherwise

    def _replace(self, failed: Cache, error: Unavailable) -> None:
        """Go on after a failure; once, though several threads may have met it."""
        with self._lock:
            if self._cache is failed:
                self._cache = None
                failed.abandon()
                if self._recovers(error):
                    self._open()

    def _open(self) -> None:
        """Open the cache, where damage allows it after some tries."""
        while self._cache is None:
            try:
                self._cache = self._opener()
            except Unavailable as error:
                if not self._recovers(error):
                    return

    def _recovers(self, error: Unavailable) -> bool:
        """Return whether to open the cache again after a failure; warn of it."""
        self._tries -= 1
        recovers = self._makes_room(error) and self._tries > 0
        log.warning(REPLACED if recovers else LOST)
        return recovers

    def _makes_room(self, error: Unavailable) -> bool:
        """Return whether a new cache can take the place of a damaged one, which is moved away."""
        log.warning("%s", error.message, extra=FOR_OPERATOR)
        if not isinstance(error, Damaged):
            return False
        try:
            self._clear(error)
        except OSError as fault:
            log.warning("It cannot be set aside: %s.", fault, extra=FOR_OPERATOR)
            return False
        return True

    def _clear(self, error: Damaged) -> None:
        """Set a damaged cache aside; remove one that is this caller's alone."""
        if self._private:
            remove(error.path)
        elif target := set_aside(error.path, error.identity):
            log.warning("It was set aside as %s.", target, extra=FOR_OPERATOR)
