"""From the first start of a run to its end: attempt after attempt, as many as it may have."""

import time
from collections.abc import Awaitable

import structlog

from gateway.execution import processes, snakemake
from gateway.execution.forkserver import Starter
from gateway.metrics import Metrics
from gateway.progress.publisher import Teller
from gateway.runs import disk
from gateway.runs.directory import Run
from gateway.scheduling import outcome
from gateway.scheduling.attempt import Attempt
from gateway.scheduling.outcome import Outcome
from gateway.settings import Settings

log = structlog.get_logger()


class Attempts:
    """Brings runs to their ends; whatever happens on the way, there is one."""

    def __init__(self, settings: Settings, teller: Teller, metrics: Metrics):
        self.settings, self.teller, self.metrics = settings, teller, metrics
        self.starter = Starter()

    def prepare(self) -> None:
        """Make the first start as fast as later ones."""
        snakemake.prepare(self.starter)

    def close(self) -> None:
        """Runs go on."""
        self.starter.close()

    async def bring(self, run: Run, following: bool) -> Outcome:
        """Start Snakemake, or follow the one that runs; start it again where it is interrupted."""
        while True:
            found = await self._guarded(run, self._one(run, following))
            if found:
                return found
            following = False

    async def settle(self, run: Run) -> Outcome | None:
        """What became of a run while nobody followed it; `None` where it can be resumed."""
        return await self._guarded(run, self._one(run, following=True))

    async def _guarded(self, run: Run, work: Awaitable[Outcome | None]) -> Outcome | None:
        """An error that nobody foresaw is the end of a run, too."""
        try:
            return await work
        except Exception as error:
            log.exception("run_lost", job_id=run.id)
            await processes.end(run)
            return outcome.FULL if disk.is_full(error) else outcome.LOST

    async def _one(self, run: Run, following: bool) -> Outcome | None:
        """One attempt; `None` where it was interrupted and there may be another."""
        if not following:
            self._start(run)
        attempt = Attempt(run, self.settings, self.teller)
        try:
            found = await attempt.follow()
        finally:
            # Ended by now, or left alone; either way no zombie stays.
            processes.reap(run)
        if found:
            return found
        attempts, where = run.state.attempts, attempt.clock.where()
        log.warning("run_interrupted", job_id=run.id, attempts=attempts, where=where)
        return attempt.interrupted() if attempts >= self.settings.max_attempts else None

    def _start(self, run: Run) -> None:
        """The next attempt; Snakemake goes on from the files that are complete."""
        state, now = run.state, time.time()
        if state.attempts:
            self.metrics.resumed.inc()
        run.change(status="running", started=now, first_started=state.first_started or now)
        snakemake.start(run, self.settings, self.starter)
