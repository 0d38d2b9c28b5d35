"""How far a step is: a line `{"done", "total"}` now and then, beside its log."""

import json
import threading
import time
from pathlib import Path

_SECONDS_BETWEEN = 0.5


class Progress:
    """Counts items of work; writes to `<log stem>.progress.jsonl`, or nowhere without a log.

    `items` are those of this job, and `done` those that are done before it starts; `total` is told
    in their place where this job is one of several.
    """

    def __init__(
        self, log_path: Path | None, items: int, *, done: int = 0, total: int | None = None
    ):
        self.path = log_path.with_suffix(".progress.jsonl") if log_path else None
        self.items, self.done, self._written = items, done, 0.0
        self.total = items if total is None else total
        self._more: dict = {}
        self._lock = threading.Lock()
        if self.path:
            self.path.unlink(missing_ok=True)

    def advance(self, items: int = 1) -> None:
        """`items` more are done; the last one is always written. Any thread may call it."""
        with self._lock:
            self.done += items
            now = time.monotonic()
            if self.done >= self.items or now - self._written >= _SECONDS_BETWEEN:
                self._written = now
                self._write()

    def note(self, **more: object) -> None:
        """Say `more` with the counts, from now on."""
        with self._lock:
            self._more |= more
            self._write()

    def _write(self) -> None:
        counts = {"done": self.done, "total": self.total, **self._more}
        if self.path:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(counts) + "\n")
