"""Show a run in a file or a log: a line for each job that begins, and for what takes long."""

import sys
import threading
from collections.abc import Sequence

from terminal.board import Board, Job
from terminal.history import History
from terminal.rows import stage_rows

#: Between two reports on what is at work.
_SECONDS = 30.0


class Lines:
    """Lines of plain text on standard error."""

    def __init__(self, board: Board, history: History) -> None:
        self._board, self._history = board, history
        self.datasets: Sequence[str] = ()
        self._over = threading.Event()
        self._begun = 0
        self._reporter: threading.Thread | None = None

    def update(self, job: Job) -> None:
        """Print that a job begins or has failed."""
        if self._reporter is None:
            self._reporter = threading.Thread(target=self._report, daemon=True)
            self._reporter.start()
        if job.state == "pending":
            self._begun += 1
            self.say(f"[{self._begun} of {sum(self._board.planned.values())}] {job.title}")

    def say(self, text: str, style: str = "") -> None:
        """Print lines; they have no style."""
        print(text, file=sys.stderr, flush=True)

    def stop(self) -> None:
        """Report no more."""
        self._over.set()

    def _report(self) -> None:
        while not self._over.wait(_SECONDS):
            for row in stage_rows(self._board, self._history):
                if row.state == "running":
                    self.say(f"{row.name}: {row.amount}, {row.note}")
