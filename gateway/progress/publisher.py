"""Publish queue, progress and terminal events of runs exactly once."""

from typing import Any

import structlog

from gateway.runs import clock
from gateway.runs.directory import Run
from gateway.runs.events import EventLog, Name
from gateway.runs.redact import without_paths
from gateway.runs.retention import expiry
from gateway.settings import Settings
from steps.errors import COLAB

log = structlog.get_logger()


class Publisher:
    """Write to the event logs of this process, one for each run."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._logs: dict[str, EventLog] = {}
        self._positions: dict[str, int | None] = {}

    def events(self, run: Run) -> EventLog:
        """Return the event log of a run."""
        if run.id not in self._logs:
            self._logs[run.id] = EventLog(run.path / "events.jsonl")
        return self._logs[run.id]

    def forget(self, run: Run) -> None:
        """End the streams of a run that is being removed."""
        self._positions.pop(run.id, None)
        if run.id in self._logs:
            self._logs.pop(run.id).close()

    def close(self) -> None:
        """End all streams; their clients reconnect."""
        for events in self._logs.values():
            events.close()

    def publish_position(self, run: Run, position: int, running: int) -> None:
        """Publish the position in the queue where it fell; nothing follows 0, the start.

        After a restart it may be higher: a run that was stored earlier and not yet queued when the
        gateway was killed is before this one now.
        """
        known = self._position(run)
        if known is not None and position >= known:
            return
        data = {"job_id": run.id, "queue_position": position, "running": running}
        if self._publish(run, "queued", data):
            self._positions[run.id] = position

    def _position(self, run: Run) -> int | None:
        """Return the position that was published last, be it by an earlier gateway."""
        if run.id not in self._positions:
            try:
                queued = [event for event in self.events(run).all() if event.event == "queued"]
            except OSError as error:
                log.warning("events_unreadable", job_id=run.id, error=str(error))
                return None
            self._positions[run.id] = queued[-1].data["queue_position"] if queued else None
        return self._positions[run.id]

    def progress(self, run: Run) -> list[dict[str, Any]]:
        """Return the data of all progress events so far."""
        return [event.data for event in self.events(run).all() if event.event == "progress"]

    def publish_progress(self, run: Run, news: list[dict[str, Any]]) -> None:
        """Publish progress, one event for each item."""
        for data in news:
            self._publish(run, "progress", {"job_id": run.id, **data})

    def _publish(self, run: Run, name: Name, data: dict[str, Any]) -> bool:
        """Append an event; on a full disk it may be left out, which a terminal one never is."""
        try:
            self.events(run).append(name, data)
        except OSError as error:
            log.warning("event_not_written", job_id=run.id, name=name, error=str(error))
            return False
        return True

    def publish_end(self, run: Run) -> None:
        """Publish the terminal event; a second time does nothing.

        Raises:
            OSError: it cannot be written.
        """
        state, events = run.state, self.events(run)
        if events.last and events.last.terminal:
            return None
        if state.status != "done":
            more = {"colab_url": COLAB} if state.code == "BIOCENTRAL_UNAVAILABLE" else {}
            data = {"job_id": run.id, "message": state.message, "code": state.code, **more}
            return events.append("error", data)
        url = f"/api/prepare/{run.id}/bundle"
        warnings = [without_paths(each) for each in run.read_provenance().warnings]
        expires = round(clock.on_the_wall(run.path.parent, expiry(run, self._settings)), 1)
        told = {"download_url": url, "warnings": warnings, "expires": expires}
        return events.append("done", {"job_id": run.id, **told})
