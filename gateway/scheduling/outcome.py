"""The outcome of a run whose Snakemake is gone: find it in files, write it, publish it."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.execution import slurm
from gateway.metrics import Metrics
from gateway.progress.job_log import JobLog
from gateway.progress.publisher import Publisher
from gateway.runs import disk, estimates
from gateway.runs.directory import Run
from gateway.runs.redact import without_paths
from gateway.runs.state import FINISHED
from gateway.settings import Settings

log = structlog.get_logger()

#: How long to wait before an outcome that could not be written is written again.
_RETRY_SECONDS = 2.0


@dataclass(frozen=True)
class Outcome:
    """The end of a run, as its state has it."""

    status: str
    code: str | None = None
    message: str | None = None


LOST = Outcome("failed", "INTERNAL", "The run could not be started. Please try again.")
FULL = Outcome("failed", *disk.FULL)


def find(run: Run, settings: Settings, job_log: JobLog) -> Outcome | None:
    """Return how a run ended; `None` where it was interrupted and can be resumed."""
    if run.bundle.is_file() and run.provenance.is_file():
        return Outcome("done")
    errors = sorted(run.logs.glob("*.error.json"), key=lambda path: path.stat().st_mtime)
    if errors:
        return _of_step(errors[0])
    if job_log.gave_up and (verdict := slurm.verdict(run)):
        return Outcome("failed", *verdict)
    # A step on a full disk cannot even write its error.
    least = max(settings.min_free_bytes, disk.LEAST_BYTES)
    return FULL if disk.low(run.path.parent, least) else None


def _of_step(path: Path) -> Outcome:
    """Return code and message of the step that failed, as it wrote them beside its log."""
    step = path.name.partition(".")[0]
    unforeseen = f"The step '{step}' failed on the server. Please try again."
    try:
        error = json.loads(path.read_text(encoding="utf-8"))
        code, message = str(error["code"]), str(error["message"])
    except (OSError, ValueError, KeyError, TypeError):
        return Outcome("failed", "INTERNAL", unforeseen)
    if code == FULL.code:
        return FULL
    # JSON may hold code points that are no characters, which a state may not.
    told = without_paths(message.encode("utf-8", "replace").decode("utf-8"))
    return Outcome("failed", code, unforeseen if code == "INTERNAL" else told)


def interrupted(run: Run, job_log: JobLog, where: str) -> Outcome:
    """Return the outcome of a run that was interrupted as often as it may be."""
    if not job_log.began:
        return LOST
    attempts = run.state.attempts
    times = "once" if attempts == 1 else f"{attempts} times"
    message = (
        f"The run was started {times} and interrupted each time, the last time while {where}. "
        f"Please try again, with fewer sequences if it happens again."
    )
    return Outcome("failed", "INTERRUPTED", message)


class Outcomes:
    """Write outcomes to states and publish them; retry those that a full disk did not take."""

    def __init__(self, publisher: Publisher, metrics: Metrics) -> None:
        self.publisher, self.metrics = publisher, metrics
        self._retries: dict[str, asyncio.Task[None]] = {}

    def finish(self, run: Run, outcome: Outcome) -> None:
        """Write the outcome of a run, now or, where that fails, as soon as it can be written."""
        if not self._written(run, outcome) and run.id not in self._retries:
            self._retries[run.id] = asyncio.create_task(self._retry(run, outcome))

    async def _retry(self, run: Run, outcome: Outcome) -> None:
        try:
            while run.path.exists():
                if outcome.status != "done":
                    run.shed()
                await asyncio.sleep(_RETRY_SECONDS)
                if self._written(run, outcome):
                    break
        finally:
            self._retries.pop(run.id, None)

    def _written(self, run: Run, outcome: Outcome) -> bool:
        """Return whether nothing is left to do about the outcome of a run."""
        try:
            self._write(run, outcome)
        except OSError as error:
            log.error("outcome_not_written", job_id=run.id, error=str(error))
            return False
        except Exception:
            # Its state is damaged: the next start sets it aside.
            log.exception("run_unreadable", job_id=run.id)
            self.publisher.forget(run)
        return True

    def _write(self, run: Run, outcome: Outcome) -> None:
        """Write the outcome to the state, then publish it; a run ends once."""
        if run.state.status in FINISHED:
            return self.publisher.publish_end(run)
        if outcome.code == "DISK_FULL":
            run.shed()
        now = run.now()
        state = run.change(
            finished=now, status=outcome.status, code=outcome.code, message=outcome.message
        )
        self.publisher.publish_end(run)
        if state.status == "done":
            run.tidy()
        seconds = round(now - (state.first_started or state.started or state.submitted), 1)
        fields = {"status": state.status, "code": state.code, "seconds": seconds}
        log.info("run_finished", job_id=run.id, **fields)
        return self._count(run, state.status, state.code)

    def _count(self, run: Run, status: str, code: str | None) -> None:
        self.metrics.runs.labels(outcome=status).inc()
        if status == "failed":
            self.metrics.failures.labels(code=code).inc()
        try:
            steps = run.read_provenance().steps
            self.metrics.observe_steps((step.step, step.seconds) for step in steps)
            if status == "done":
                estimates.remember(run)
        except (OSError, ValueError, KeyError) as error:
            log.warning("steps_not_counted", job_id=run.id, error=str(error))

    def publish_again(self, run: Run) -> None:
        """Publish the outcome of a finished run, where the last gateway did not come to it.

        Raises:
            ValueError: files of the run cannot be read.
        """
        if run.state.status == "expired":
            return
        try:
            self.publisher.publish_end(run)
        except OSError as error:
            log.error("end_not_published", job_id=run.id, error=str(error))

    async def stop(self) -> None:
        """Stop retrying; the next start finds out again what became of these runs."""
        for task in list(self._retries.values()):
            task.cancel()
            await asyncio.wait([task])
