"""What clients are told of runs: position, progress and end, each once."""

import structlog

from gateway.runs.directory import Run
from gateway.runs.events import EventLog
from steps.errors import COLAB

log = structlog.get_logger()


class Teller:
    """The event logs of this process, one for each run."""

    def __init__(self) -> None:
        self._logs: dict[str, EventLog] = {}
        self._positions: dict[str, int | None] = {}

    def events(self, run: Run) -> EventLog:
        if run.id not in self._logs:
            self._logs[run.id] = EventLog(run.path / "events.jsonl")
        return self._logs[run.id]

    def forget(self, run: Run) -> None:
        """End the streams of a run that is being removed."""
        self._positions.pop(run.id, None)
        if run.id in self._logs:
            self._logs.pop(run.id).close()

    def close(self) -> None:
        """End all streams; their clients come back."""
        for events in self._logs.values():
            events.close()

    def position(self, run: Run) -> int | None:
        """The position that the run was told last, be it by an earlier gateway."""
        if run.id not in self._positions:
            try:
                told = [event for event in self.events(run).told() if event.name == "queued"]
            except OSError as error:
                log.warning("events_unreadable", job_id=run.id, error=str(error))
                return None
            self._positions[run.id] = told[-1].data["queue_position"] if told else None
        return self._positions[run.id]

    def tell_position(self, run: Run, position: int, running: int) -> None:
        """Where it changed; nothing comes after 0, which is the start."""
        if self.position(run) in (0, position):
            return
        data = {"job_id": run.id, "queue_position": position, "running": running}
        if self._say(run, "queued", data):
            self._positions[run.id] = position

    def progress(self, run: Run) -> list[dict]:
        """What was told of the progress so far."""
        return [event.data for event in self.events(run).told() if event.name == "progress"]

    def tell_progress(self, run: Run, news: list[dict]) -> None:
        for told in news:
            self._say(run, "progress", {"job_id": run.id, **told})

    def _say(self, run: Run, name: str, data: dict) -> bool:
        """On a disk that is full, events may be missing; an end never is."""
        try:
            self.events(run).append(name, data)
        except OSError as error:
            log.warning("event_not_written", job_id=run.id, name=name, error=str(error))
            return False
        return True

    def tell_end(self, run: Run) -> None:
        """The terminal event; writing it a second time does nothing.

        Raises:
            OSError: it cannot be written.
        """
        state, events = run.state, self.events(run)
        if state.status != "done":
            more = {"colab_url": COLAB} if state.code == "BIOCENTRAL_UNAVAILABLE" else {}
            data = {"job_id": run.id, "message": state.message, "code": state.code, **more}
            return events.append("error", data)
        url = f"/api/prepare/{run.id}/bundle"
        warnings = run.read_provenance().get("warnings", [])
        events.append("done", {"job_id": run.id, "download_url": url, "warnings": warnings})
