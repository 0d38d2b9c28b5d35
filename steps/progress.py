"""Report the progress of a step: a line `{"done", "total"}` at most every 0.5 s, beside its log."""

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

_SECONDS_BETWEEN = 0.5
#: Portions that progress rises by: so many at least, and none of more items than that.
_LEAST_PORTIONS, _PORTION = 10, 50


class Progress:
    """Count items of work; write to `<log stem>.progress.jsonl`, or nowhere without a log.

    Args:
        log_path: log of the job.
        items: number of items of this job.
        total: number of items of all jobs, where this job is one of several.
    """

    def __init__(self, log_path: Path | None, items: int, *, total: int | None = None) -> None:
        self.path = log_path.with_suffix(".progress.jsonl") if log_path else None
        self.items, self.done, self._written = items, 0, 0.0
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


class EvenProgress:
    """Count steps of work as an even rise from 0, in equal portions of all items.

    The steps are those items that were not known beforehand. Known ones count like the rest, so
    neither the first count nor the size of a rise says how many they were.
    """

    def __init__(self, report: Callable[[int], None], items: int, steps: int) -> None:
        """`report` is called with numbers of items, 0 to begin with."""
        self._report, self._items, self._steps = report, items, steps
        self._portions = max(_LEAST_PORTIONS, items // _PORTION)
        self._done = self._reported = 0
        self._lock = threading.Lock()
        report(0)

    def advance(self, steps: int = 1) -> None:
        """Count `steps` as done. Any thread may call it."""
        with self._lock:
            self._done = min(self._steps, self._done + steps)
            if self._done:
                portions = self._portions * self._done // self._steps
                self._report_up_to(self._items * portions // self._portions)

    def complete(self) -> None:
        """Count all items as done."""
        with self._lock:
            self._report_up_to(self._items)

    def _report_up_to(self, items: int) -> None:
        if items > self._reported:
            self._report(items - self._reported)
            self._reported = items
