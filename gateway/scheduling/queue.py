"""The queue: a few runs at a time, the others in order of their uploads."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from operator import itemgetter

from gateway.execution import processes
from gateway.metrics import Metrics
from gateway.progress.publisher import Publisher
from gateway.runs.directory import Run, Runs
from gateway.runs.events import EventLog
from gateway.runs.state import FINISHED, State
from gateway.scheduling import recovery
from gateway.scheduling.outcome import Outcome, Outcomes
from gateway.scheduling.supervisor import Supervisor, end_jobs
from gateway.settings import Settings

#: What runs that wait are ordered by.
Turn = tuple[bool, float]

CANCELLED = ("CANCELLED", "The run was cancelled.")


class QueueFull(Exception):
    """As many runs as may be are running or waiting."""


class Scheduler:
    """Start, resume and cancel runs. All that it knows can be read from the run directories."""

    def __init__(self, settings: Settings, runs: Runs, metrics: Metrics) -> None:
        self.settings, self.runs, self.metrics = settings, runs, metrics
        self.waiting: list[Run] = []
        self.running: dict[str, asyncio.Task[None]] = {}
        self.publisher = Publisher(settings)
        self.supervisor = Supervisor(settings, self.publisher, metrics)
        self.outcomes = Outcomes(self.publisher, metrics)
        self._held, self._stopping = 0, False

    def check_place(self) -> None:
        """Check that an upload would find a place in the queue.

        Raises:
            QueueFull: it would not.
        """
        taken = len(self.running) + len(self.waiting) + self._held
        if taken >= self.settings.max_pending_jobs:
            raise QueueFull

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for an upload that is being stored, so that none is given twice.

        Raises:
            QueueFull: there is none.
        """
        self.check_place()
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    @property
    def warm(self) -> bool:
        """Whether runs start as fast as they can here."""
        return self.supervisor.starter.warm

    def events(self, run: Run) -> EventLog:
        """Return the one event log of a run in this process."""
        return self.publisher.events(run)

    async def resume(self) -> None:
        """Take up the runs of the run directories, after a start."""
        self.supervisor.prepare()
        found = await recovery.reconcile(self.runs, self.metrics)
        turns = await asyncio.gather(*(self._take_up(state, run) for state, run in found))
        waiting = [(turn, run) for turn, (_, run) in zip(turns, found, strict=True) if turn]
        self.waiting = [run for _, run in sorted(waiting, key=itemgetter(0))]
        self._advance()

    async def _take_up(self, state: State, run: Run) -> Turn | None:
        """Return the turn of a run that is to be started, and see to all others."""
        try:
            if state.status in FINISHED:
                self.outcomes.publish_again(run)
            elif processes.is_alive(state):
                self.publisher.events(run)
                self._occupy(run, following=True)
            elif state.status == "queued" or not await self._settle(run):
                self.publisher.events(run)
                return _turn(run)
        except Exception as error:
            # The others must be served.
            self.forget(run)
            await recovery.set_aside(run, error, self.metrics)
        return None

    async def _settle(self, run: Run) -> bool:
        """End what is left of a run that nobody followed; return whether that was its end."""
        found = await self.supervisor.settle(run)
        if found:
            self.outcomes.finish(run, found)
        return found is not None

    def submit(self, run: Run) -> None:
        """Put a new run at the end of the queue."""
        self.waiting.append(run)
        self._advance()

    async def cancel(self, run: Run, reason: tuple[str, str] = CANCELLED) -> None:
        """End a run in whatever state it is; a finished one stays as it is."""
        if run.state.status in FINISHED:
            return
        self.waiting = [other for other in self.waiting if other.id != run.id]
        await self._leave(run.id)
        await end_jobs(run)
        # It may have finished, or another request have cancelled it, meanwhile.
        self.outcomes.finish(run, Outcome("cancelled", *reason))
        self._advance()

    async def stop(self) -> None:
        """Stop following; workflows that run go on, and are taken up at the next start."""
        self._stopping = True
        # Before all else, which takes time that the clients may use to say goodbye.
        self.publisher.close()
        for run_id in list(self.running):
            await self._leave(run_id)
        await self.outcomes.stop()
        self.supervisor.close()
        self.publisher.close()

    async def _leave(self, run_id: str) -> None:
        """Stop following a run, whatever becomes of it."""
        task = self.running.get(run_id)
        if task:
            task.cancel()
            await asyncio.wait([task])
            self.running.pop(run_id, None)

    def forget(self, run: Run) -> None:
        """End the streams of a run that is being removed."""
        self.publisher.forget(run)

    def _advance(self) -> None:
        """Start runs that have a slot, and publish the positions of the others."""
        if self._stopping:
            return
        while self.waiting and len(self.running) < self.settings.max_concurrent_jobs:
            run = self.waiting.pop(0)
            self._occupy(run)
            self.publisher.publish_position(run, 0, len(self.running))
        for position, run in enumerate(self.waiting, start=1):
            self.publisher.publish_position(run, position, len(self.running))

    def _occupy(self, run: Run, following: bool = False) -> None:
        """Give a slot to a run."""
        self.running[run.id] = asyncio.create_task(self._complete(run, following))

    async def _complete(self, run: Run, following: bool) -> None:
        try:
            self.outcomes.finish(run, await self.supervisor.complete(run, following))
        finally:
            self.running.pop(run.id, None)
            asyncio.get_running_loop().call_soon(self._advance)


def _turn(run: Run) -> Turn:
    """Order runs that wait: those that were interrupted first, then by upload."""
    state = run.state
    return (state.first_started is None, state.first_started or state.submitted)
