"""One attempt of a run: its Snakemake is followed until it is gone, or has taken too long."""

import asyncio
from collections.abc import Callable

import structlog
from watchfiles import awatch

from gateway.execution import processes
from gateway.progress.publisher import Teller
from gateway.progress.stages import Stages
from gateway.runs.directory import Run
from gateway.scheduling import outcome
from gateway.scheduling.outcome import Outcome
from gateway.scheduling.time_limits import Clock
from gateway.settings import Settings

log = structlog.get_logger()

#: How often to look at the time, and at the files in case that watching them fails.
_LOOK_SECONDS = 1.0


class Attempt:
    """What one start of Snakemake does, seen from outside."""

    def __init__(self, run: Run, settings: Settings, teller: Teller):
        self.run, self.settings, self.teller = run, settings, teller
        state = run.state
        self.clock = Clock(run, settings)
        self.stages = Stages(
            run.path,
            run.logs,
            started=state.first_started or state.started or state.submitted,
            embedders=run.embedders,
            told=teller.progress(run),
        )

    async def follow(self) -> Outcome | None:
        """The end of the run, or `None` where this attempt was interrupted.

        Whatever it was, none of its processes is left.
        """
        late = await self._until_gone_or_late()
        # A Snakemake that was killed leaves its jobs behind.
        ended = await processes.end(self.run)
        self._tell()
        found = late or outcome.find(self.run, self.settings)
        if found is None and not ended:
            # Beside what is left another attempt would be a second one at once.
            return self.interrupted()
        return found

    def interrupted(self) -> Outcome:
        return outcome.interrupted(self.run, self.clock.where())

    async def _until_gone_or_late(self) -> Outcome | None:
        gone = asyncio.create_task(processes.gone(self.run))
        watcher = asyncio.create_task(_watch(self.run, self.settings, self._tell))
        try:
            while True:
                await asyncio.wait({gone}, timeout=_LOOK_SECONDS)
                if gone.done():
                    return gone.result()
                self._tell()
                if late := self.clock.exceeded():
                    return late
        finally:
            for task in (gone, watcher):
                task.cancel()
            await asyncio.wait({gone, watcher})

    def _tell(self) -> None:
        try:
            self.clock.read()
            self.teller.tell_progress(self.run, self.stages.news())
        except Exception:
            # A run is worth more than what is told of it on the way.
            log.exception("progress_not_told", job_id=self.run.id)


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
        # The regular look goes on, only slower.
        log.exception("watch_failed", job_id=run.id)
