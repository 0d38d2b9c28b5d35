"""Report the progress of a step: a line `{"done", "total"}` at most every 0.5 s, beside its log."""

import json
import threading
import time
from pathlib import Path

_SECONDS_BETWEEN = 0.5


class Progress:
    """Count items of work; write to `<log stem>.progress.jsonl`, or nowhere without a log.

    Args:
        log_path: log of the job.
        items: number of items of this job.
        done: how many of them are done before it starts.
        total: number of items of all jobs, where this job is one of several.
    """

    def __init__(
        self, log_path: Path | None, items: int, *, done: int = 0, total: int | None = None
    ) -> None:
        self.path = log_path.with_suffix(".progress.jsonl") if log_path else None
        self.items, self.done, self._written = items, done, 0.0
        self.total = items if total is None else total
        self._more: dict[str, object] = {}
        self._lock = threading.Lock()
        if self.path:
            self.path.unlink(missing_ok=True)

    def advance(self, items: int = 1) -> None:
        """Count `items` as done; always write the last one. Any thread may call it."""
        with self._lock:
            self.done += items
            now = time.monotonic()
            if self.done >= self.items or now - self._written >= _SECONDS_BETWEEN:
                self._written = now
                self._write()

    def note(self, **more: object) -> None:
        """Add fields to this and all later lines."""
        with self._lock:
            self._more |= more
            self._write()

    def _write(self) -> None:
        counts = {"done": self.done, "total": self.total, **self._more}
        if self.path:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(counts) + "\n")
