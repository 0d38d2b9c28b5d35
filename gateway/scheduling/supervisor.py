"""From the first start of a run to its end: attempt after attempt, as many as it may have.

An attempt is one start of Snakemake. It is followed until its process is gone or has taken too
long; where it was interrupted from outside, another one goes on from the files that are complete.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog
from watchfiles import awatch

from gateway.execution import processes, slurm, snakemake
from gateway.execution.starter import Starter
from gateway.metrics import Metrics
from gateway.progress.job_log import JobLog
from gateway.progress.publisher import Publisher
from gateway.progress.stages import Stages
from gateway.runs import disk
from gateway.runs.directory import Run
from gateway.scheduling import outcome
from gateway.scheduling.outcome import Outcome
from gateway.scheduling.time_limit import TimeLimit
from gateway.settings import Settings

log = structlog.get_logger()

#: How often to check the time limits, and the files in case that watching them fails.
_CHECK_SECONDS = 1.0


async def end_jobs(run: Run) -> bool:
    """End all processes of a run, then its jobs on a cluster; return whether none is left.

    Jobs on a cluster come last, when there is no Snakemake that would send more.
    """
    return await processes.end(run) and await slurm.end(run)


async def _in_thread(work: Callable[[Run], None], run: Run) -> None:
    """Do some work in a thread; even if this is cancelled, return when it is done.

    A run that is being started could not be ended.
    """
    started = asyncio.create_task(asyncio.to_thread(work, run))
    try:
        await asyncio.shield(started)
    finally:
        while not started.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({started})


class Supervisor:
    """Bring runs to their ends; whatever happens on the way, there is one."""

    def __init__(self, settings: Settings, publisher: Publisher, metrics: Metrics) -> None:
        self.settings, self.publisher, self.metrics = settings, publisher, metrics
        self.starter = Starter(metrics)

    def prepare(self) -> None:
        """Start the fork server, so that the first run starts as fast as later ones."""
        snakemake.prepare(self.starter)

    def close(self) -> None:
        """Stop the fork server; runs go on."""
        self.starter.close()

    async def complete(self, run: Run, following: bool) -> Outcome:
        """Start Snakemake, or follow the one that runs, until the run has an outcome."""
        while True:
            found = await self._guarded(run, self._attempt(run, following))
            if found:
                return found
            following = False

    async def settle(self, run: Run) -> Outcome | None:
        """Return what became of a run that nobody followed; `None` where it can be resumed."""
        return await self._guarded(run, self._attempt(run, following=True))

    async def _guarded(self, run: Run, work: Awaitable[Outcome | None]) -> Outcome | None:
        """Turn an unforeseen error into an outcome: the run must end all the same."""
        try:
            return await work
        except Exception as error:
            log.exception("run_lost", job_id=run.id)
            await end_jobs(run)
            return outcome.FULL if disk.is_full(error) else outcome.LOST

    async def _attempt(self, run: Run, following: bool) -> Outcome | None:
        """Make one attempt; return `None` where it was interrupted and there may be another."""
        if not following:
            await self.starter.wait_until_warm()
            await _in_thread(self._start, run)
        attempt = Attempt(run, self.settings, self.publisher)
        try:
            found = await attempt.follow()
        finally:
            # Ended by now, or left alone; either way no zombie stays.
            processes.reap(run)
        if found:
            return found
        attempts, where = run.state.attempts, attempt.time_limit.where()
        log.warning("run_interrupted", job_id=run.id, attempts=attempts, where=where)
        return attempt.interrupted() if attempts >= self.settings.max_attempts else None

    def _start(self, run: Run) -> None:
        state, now = run.state, run.now()
        if state.attempts:
            self.metrics.resumed.inc()
        run.change(status="running", started=now, first_started=state.first_started or now)
        snakemake.start(run, self.settings, self.starter)


class Attempt:
    """One start of Snakemake, seen from outside."""

    def __init__(self, run: Run, settings: Settings, publisher: Publisher) -> None:
        self.run, self.settings, self.publisher = run, settings, publisher
        state = run.state
        self.job_log = JobLog(run)
        self.time_limit = TimeLimit(run, settings)
        self.stages = Stages(
            run.logs,
            started=state.first_started or state.started or state.submitted,
            embedders=run.embedders,
            published=publisher.progress(run),
            now=run.now,
        )

    async def follow(self) -> Outcome | None:
        """Return the outcome, or `None` where this attempt was interrupted.

        Whatever it was, none of its processes is left.
        """
        late = await self._until_gone_or_late()
        # A Snakemake that was killed leaves its jobs behind.
        ended = await end_jobs(self.run)
        self._publish()
        found = late or outcome.find(self.run, self.settings, self.job_log)
        if found is None and not ended:
            # Another attempt must not run beside what is left of this one.
            return self.interrupted()
        return found

    def interrupted(self) -> Outcome:
        """Return the outcome of a run that is not attempted again."""
        return outcome.interrupted(self.run, self.job_log, self.time_limit.where())

    async def _until_gone_or_late(self) -> Outcome | None:
        gone = asyncio.create_task(processes.gone(self.run))
        watcher = asyncio.create_task(_watch(self.run, self.settings, self._publish))
        try:
            while True:
                await asyncio.wait({gone}, timeout=_CHECK_SECONDS)
                if gone.done():
                    gone.result()
                    return None
                self._publish()
                if late := self.time_limit.exceeded():
                    return late
        finally:
            for task in (gone, watcher):
                task.cancel()
            await asyncio.wait({gone, watcher})

    def _publish(self) -> None:
        try:
            events = self.job_log.read()
            self.time_limit.follow(events)
            self.publisher.publish_progress(self.run, self.stages.news(events))
        except Exception:
            # A run is worth more than the report of its progress.
            log.exception("progress_not_published", job_id=self.run.id)


async def _watch(run: Run, settings: Settings, changed: Callable[[], None]) -> None:
    """Call `changed` soon after files of the run changed."""
    watched = awatch(
        *(run.path, run.logs),
        recursive=False,
        watch_filter=None,
        debounce=400,
        # How often a thread asks what the system has reported.
        step=100,
        force_polling=settings.polls or None,
    )
    try:
        async for _ in watched:
            changed()
    except Exception:
        # The regular check goes on, only slower.
        log.exception("watch_failed", job_id=run.id)
