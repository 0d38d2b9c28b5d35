"""What the operator has to know of the runs' cache: damaged files beside it, and its failures."""

import os
import time
from pathlib import Path

import structlog

from gateway.run_config import cache_config
from gateway.settings import Settings
from steps.cache.aside import set_aside_before

log = structlog.get_logger()

#: Sentences of `/readyz`, which anybody may read: no paths.
SET_ASIDE = (
    "A damaged cache was set aside and lies beside the new one; the log names the file. "
    "Look at it, then remove or move it."
)
UNUSABLE = "The cache cannot be used, so runs go on without it; the log has the reason."
_HEAD_BYTES = 1_048_576


class CacheWatch:
    """The cache of these settings; `usable` is whether it was when it was last pruned."""

    def __init__(self, settings: Settings) -> None:
        config = cache_config(settings)
        place = config["cache"]
        self._path = None if place == "none" or "://" in place else Path(place)
        self._ours = settings.cache is None
        self._seconds = config["cache_days"] * 86_400
        self._known: set[Path] = set()
        self.usable = True

    def set_aside(self) -> list[Path]:
        """Return damaged caches that were set aside and are still there; log each once."""
        found = set_aside_before(self._path) if self._path else []
        for path in found:
            if path not in self._known:
                log.error("cache_set_aside", path=str(path), remedy="look, then remove or move it")
        self._known = set(found)
        return found

    def problems(self) -> list[str]:
        """Return sentences on why the gateway is degraded."""
        aside = [SET_ASIDE] if self.set_aside() else []
        return aside + ([] if self.usable else [UNUSABLE])

    def erase_due(self) -> None:
        """Empty those that hold what should be removed by now; their names stay as a notice."""
        for path in self.set_aside():
            try:
                if self._is_due(path):
                    self._erase(path)
            except OSError as error:
                log.error("cache_not_erased", path=str(path), error=str(error))

    def _is_due(self, path: Path) -> bool:
        # Renaming a file changes this time.
        old = time.time() - path.stat().st_ctime > self._seconds
        return old and path.is_file() and path.stat().st_size > 0 and self._is_cache(path)

    def _is_cache(self, path: Path) -> bool:
        """Return whether a file was a cache, and no file of somebody else in its place."""
        with path.open("rb") as file:
            return self._ours or b"protspace_" in file.read(_HEAD_BYTES)

    def _erase(self, path: Path) -> None:
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        os.truncate(path, 0)
        log.info("cache_erased", path=str(path))
