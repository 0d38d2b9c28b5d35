"""Show a run in a terminal: a line for each stage, and a table where there are many data sets."""

from collections.abc import Sequence

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from terminal.board import Board, Job
from terminal.history import History
from terminal.rows import Row, dataset_rows, stage_rows

_MARKS = {"done": "✓", "failed": "✗", "running": "·", "pending": " "}
_STYLES = {"done": "green", "failed": "red", "running": "bold", "pending": "dim"}
#: Lines of the terminal that are not the table of data sets: stages, what was said, the prompt.
_OTHER_LINES = 14


class Screen:
    """The lines of a run, drawn again four times a second while it goes."""

    def __init__(self, board: Board, history: History) -> None:
        self._board, self._history = board, history
        self.datasets: Sequence[str] = ()
        self._console = Console(stderr=True, highlight=False)
        # What steps print goes to the terminal as it is; nothing here is replaced for them.
        self._live = Live(
            console=self._console,
            get_renderable=self._render,
            refresh_per_second=4,
            redirect_stdout=False,
            redirect_stderr=False,
        )

    def update(self, job: Job) -> None:
        """Show a job from now on."""
        if not self._live.is_started:
            self._live.start()

    def say(self, text: str, style: str = "") -> None:
        """Print lines above what is drawn."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def stop(self) -> None:
        """Draw a last time, and leave it there."""
        if self._live.is_started:
            self._live.stop()

    def _render(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for row in stage_rows(self._board, self._history):
            table.add_row(*_cells(row, ProgressBar(1, row.fraction, width=24)))
        several = len(self.datasets) > 1
        return Group(table, *(self._datasets() if several else []))

    def _datasets(self) -> list[RenderableType]:
        """Return the table of data sets: those at work, and how many others there are."""
        rows = dataset_rows(self._board, self.datasets, self._history)
        at_work = [row for row in rows if row.state in ("running", "pending")]
        failed = [row for row in rows if row.state == "failed"]
        room = max(3, self._console.height - _OTHER_LINES)
        table = Table.grid(padding=(0, 2))
        for row in [*failed, *at_work][:room]:
            table.add_row(*_cells(row, ProgressBar(1, row.fraction, width=12)))
        done = sum(row.state == "done" for row in rows)
        text = f"{done:,} of {len(self.datasets):,} data sets done"
        return [Text(), table, Text(text, style="dim")]


def _cells(row: Row, bar: ProgressBar) -> list[RenderableType]:
    style = _STYLES[row.state]
    name = Text(f"{_MARKS[row.state]} {row.name}", style=style, overflow="ellipsis", no_wrap=True)
    return [name, bar, Text(row.amount), Text(row.note, style="dim")]
