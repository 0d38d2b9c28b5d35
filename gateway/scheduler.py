"""Which run goes when: a few at a time, the others in order, each told its position."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from watchfiles import awatch

from gateway import launcher
from gateway.errors import GatewayError
from gateway.events import EventLog
from gateway.metrics import Metrics
from gateway.runs import FINISHED, Run, Runs, State
from gateway.settings import Settings
from gateway.stages import Stages
from steps.errors import COLAB

log = structlog.get_logger()

INTERRUPTED = ("INTERRUPTED", "The run ended before it was complete. Please try again.")
NOT_STARTED = ("INTERNAL", "The run could not be started. Please try again.")
CANCELLED = ("CANCELLED", "The run was cancelled.")


class Scheduler:
    """Runs in their states. Everything it knows can be read again from the run directories."""

    def __init__(self, settings: Settings, runs: Runs, metrics: Metrics):
        self.settings, self.runs, self.metrics = settings, runs, metrics
        self.waiting: list[Run] = []
        self.stopping = False
        self.running: dict[str, asyncio.Task] = {}
        self._logs: dict[str, EventLog] = {}
        self._positions: dict[str, int] = {}
        self._held = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for an upload that is being written down, so that none is given twice.

        Raises:
            GatewayError: QUEUE_FULL.
        """
        taken = len(self.running) + len(self.waiting) + self._held
        if taken >= self.settings.max_concurrent_jobs + self.settings.max_pending_jobs:
            message = "The server is busy and its queue is full. Try again in half a minute."
            raise GatewayError(503, "QUEUE_FULL", message, {"Retry-After": "30"})
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def events(self, run: Run) -> EventLog:
        """The one event log of a run in this process."""
        if run.id not in self._logs:
            self._logs[run.id] = EventLog(run.path / "events.jsonl")
        return self._logs[run.id]

    def resume(self) -> None:
        """Take up what the run directories say, after a start."""
        for state, run in sorted(self._readable(), key=lambda pair: pair[0].submitted):
            if state.status == "running" and state.pid is not None:
                self.running[run.id] = asyncio.create_task(self._follow(run))
            elif state.status in ("queued", "running"):
                self.waiting.append(run)
            elif state.status != "expired":
                # The last gateway may have ended between state and event.
                self._tell_end(run)
        self._advance()

    def _readable(self) -> Iterator[tuple[State, Run]]:
        """States and runs; a directory that cannot be read is logged and left alone."""
        for run in self.runs:
            try:
                yield run.state, run
            except (OSError, ValueError, TypeError) as error:
                log.error("run_unreadable", job_id=run.id, error=str(error))

    def submit(self, run: Run) -> None:
        self.waiting.append(run)
        self._advance()

    async def cancel(self, run: Run, reason: tuple[str, str] = CANCELLED) -> None:
        """End a run in whatever state it is; a finished one stays as it is."""
        if run.state.status in FINISHED:
            return
        self.waiting = [other for other in self.waiting if other.id != run.id]
        await self._leave(run)
        await launcher.end(run)
        # It may have finished, or another request have cancelled it, meanwhile.
        if run.state.status not in FINISHED:
            self._finish(run, "cancelled", *reason)
        self._advance()

    async def stop(self) -> None:
        """Stop following; workflows that run go on, and are taken up at the next start."""
        self.stopping = True
        for run in [self.runs.get(run_id) for run_id in self.running]:
            await self._leave(run)
        for events in self._logs.values():
            events.close()

    async def _leave(self, run: Run) -> None:
        """Stop following a run, whatever becomes of it."""
        task = self.running.get(run.id)
        if task:
            task.cancel()
            await asyncio.wait([task])
            self.running.pop(run.id, None)

    def forget(self, run: Run) -> None:
        """End the streams of a run that is being removed."""
        if run.id in self._logs:
            self._logs.pop(run.id).close()

    def _advance(self) -> None:
        """Start what has a slot, and tell the others their position where it changed."""
        if self.stopping:
            return
        while self.waiting and len(self.running) < self.settings.max_concurrent_jobs:
            run = self.waiting.pop(0)
            run.change(status="running", started=time.time())
            self.running[run.id] = asyncio.create_task(self._execute(run))
            self._tell_position(run, 0)
        for position, run in enumerate(self.waiting, start=1):
            self._tell_position(run, position)

    def _tell_position(self, run: Run, position: int) -> None:
        if self._positions.get(run.id) != position:
            self._positions[run.id] = position
            data = {"job_id": run.id, "queue_position": position, "running": len(self.running)}
            self.events(run).append("queued", data)

    async def _execute(self, run: Run) -> None:
        try:
            process = launcher.start(run, self.settings)
        except OSError:
            log.exception("start_failed", job_id=run.id)
            process = None
        await self._follow(run)
        # Ended by now, or left alone; either way no zombie stays.
        if process:
            process.poll()

    async def _follow(self, run: Run) -> None:
        """Tell stages until the workflow is gone, then what became of it."""
        stages = Stages(run.path, run.logs, started=run.state.started, embedders=run.embedders)
        watcher = asyncio.create_task(self._watch(run, stages))
        left = run.state.started + self.settings.pipeline_timeout_seconds - time.time()
        try:
            await asyncio.wait_for(launcher.gone(run), max(left, 0))
            self._tell_stages(run, stages)
            # A Snakemake that was killed leaves its jobs behind.
            await launcher.end(run)
            self._conclude(run)
        except TimeoutError:
            await launcher.end(run)
            minutes = self.settings.pipeline_timeout_seconds / 60
            message = f"The run timed out after {minutes:g} minutes. Try fewer sequences."
            self._finish(run, "failed", "PIPELINE_TIMEOUT", message)
        except Exception:
            log.exception("run_lost", job_id=run.id)
            await launcher.end(run)
            self._finish(run, "failed", *NOT_STARTED)
        finally:
            watcher.cancel()
            self.running.pop(run.id, None)
            asyncio.get_running_loop().call_soon(self._advance)

    async def _watch(self, run: Run, stages: Stages) -> None:
        polling = self.settings.force_polling or None
        folders = (run.path, run.logs)
        watched = awatch(
            *folders, recursive=False, watch_filter=None, debounce=400, force_polling=polling
        )
        try:
            async for _ in watched:
                self._tell_stages(run, stages)
        except (OSError, RuntimeError) as error:
            log.warning("watch_failed", job_id=run.id, error=str(error))

    def _tell_stages(self, run: Run, stages: Stages) -> None:
        for told in stages.news():
            self.events(run).append("progress", {"job_id": run.id, **told})

    def _conclude(self, run: Run) -> None:
        if run.bundle.is_file() and run.provenance.is_file():
            self._finish(run, "done")
        else:
            self._finish(run, "failed", *_why(run))

    def _finish(
        self, run: Run, status: str, code: str | None = None, message: str | None = None
    ) -> None:
        """Write the end of a run: first to its state, then to its readers."""
        state = run.change(status=status, finished=time.time(), code=code, message=message)
        self._tell_end(run)
        self._positions.pop(run.id, None)
        self.metrics.runs.labels(outcome=status).inc()
        self.metrics.observe_steps(run.read_provenance().get("steps", []))
        seconds = round(state.finished - (state.started or state.submitted), 1)
        log.info("run_finished", job_id=run.id, status=status, code=code, seconds=seconds)

    def _tell_end(self, run: Run) -> None:
        """The terminal event; writing it a second time does nothing."""
        state, events = run.state, self.events(run)
        if state.status != "done":
            more = {"colab_url": COLAB} if state.code == "BIOCENTRAL_UNAVAILABLE" else {}
            data = {"job_id": run.id, "message": state.message, "code": state.code, **more}
            return events.append("error", data)
        url = f"/api/prepare/{run.id}/bundle"
        warnings = run.read_provenance().get("warnings", [])
        events.append("done", {"job_id": run.id, "download_url": url, "warnings": warnings})


def _why(run: Run) -> tuple[str, str]:
    """Code and message of the step that failed, as it wrote them beside its log."""
    errors = sorted(run.logs.glob("*.error.json"), key=lambda path: path.stat().st_mtime)
    if errors:
        error = json.loads(errors[0].read_text(encoding="utf-8"))
        if error["code"] != "INTERNAL":
            return error["code"], error["message"]
        step = errors[0].name.partition(".")[0]
        return "INTERNAL", f"The step '{step}' failed on the server. Please try again."
    started = run.state.pid is not None and (run.path / "jobs.jsonl").exists()
    return INTERRUPTED if started else NOT_STARTED
