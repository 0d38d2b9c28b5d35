"""The end of a run: written to its state, told to its readers, whatever the disk has."""

import asyncio
import time

import structlog

from gateway.metrics import Metrics
from gateway.progress.publisher import Teller
from gateway.runs import estimates
from gateway.runs.directory import Run
from gateway.runs.state import FINISHED
from gateway.scheduling.outcome import Outcome

log = structlog.get_logger()

#: How long to wait before an end that could not be written is written again.
_AGAIN_SECONDS = 2.0


class Endings:
    """Ends that were written, and those that still must be."""

    def __init__(self, teller: Teller, metrics: Metrics):
        self.teller, self.metrics = teller, metrics
        self._unwritten: dict[str, asyncio.Task] = {}

    def finish(self, run: Run, outcome: Outcome) -> None:
        """Write the end of a run, now or, where that fails, as soon as it can be written."""
        if not self._written(run, outcome) and run.id not in self._unwritten:
            self._unwritten[run.id] = asyncio.create_task(self._again(run, outcome))

    async def _again(self, run: Run, outcome: Outcome) -> None:
        try:
            while run.path.exists():
                if outcome.status != "done":
                    run.shed()
                await asyncio.sleep(_AGAIN_SECONDS)
                if self._written(run, outcome):
                    break
        finally:
            self._unwritten.pop(run.id, None)

    def _written(self, run: Run, outcome: Outcome) -> bool:
        """Whether there is nothing left to do about the end of a run."""
        try:
            self._write(run, outcome)
        except OSError as error:
            log.error("end_not_written", job_id=run.id, error=str(error))
            return False
        except Exception:
            # Its state is damaged: the next start sets it aside.
            log.exception("run_unreadable", job_id=run.id)
            self.teller.forget(run)
        return True

    def _write(self, run: Run, outcome: Outcome) -> None:
        """First to the state, then to the readers; a run ends once."""
        if run.state.status in FINISHED:
            return self.teller.tell_end(run)
        if outcome.code == "DISK_FULL":
            run.shed()
        now, end = time.time(), vars(outcome)
        state = run.change(finished=now, **end)
        self.teller.tell_end(run)
        seconds = round(now - (state.first_started or state.started or state.submitted), 1)
        told = {"status": state.status, "code": state.code, "seconds": seconds}
        log.info("run_finished", job_id=run.id, **told)
        self._count(run, state.status, state.code)

    def _count(self, run: Run, status: str, code: str | None) -> None:
        self.metrics.runs.labels(outcome=status).inc()
        if status == "failed":
            self.metrics.failures.labels(code=code).inc()
        try:
            self.metrics.observe_steps(run.read_provenance().get("steps", []))
            if status == "done":
                estimates.remember(run)
        except (OSError, ValueError, KeyError) as error:
            log.warning("steps_not_counted", job_id=run.id, error=str(error))

    def tell_again(self, run: Run) -> None:
        """Tell the end of a finished run, where the last gateway did not come to it."""
        try:
            self.teller.tell_end(run)
        except (OSError, ValueError) as error:
            log.error("end_not_told", job_id=run.id, error=str(error))

    async def stop(self) -> None:
        """The next start finds out again what became of these runs."""
        for task in list(self._unwritten.values()):
            task.cancel()
            await asyncio.wait([task])
