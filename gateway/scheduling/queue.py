"""Which run goes when: a few at a time, the others in order, each told its position."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.execution import processes
from gateway.metrics import Metrics
from gateway.progress.publisher import Teller
from gateway.runs.directory import Run, Runs
from gateway.runs.events import EventLog
from gateway.runs.state import FINISHED
from gateway.scheduling import recovery
from gateway.scheduling.ending import Endings
from gateway.scheduling.outcome import Outcome
from gateway.scheduling.supervisor import Attempts
from gateway.settings import Settings

CANCELLED = ("CANCELLED", "The run was cancelled.")


class QueueFull(Exception):
    """No more runs may wait."""


class Scheduler:
    """Runs in their states. Everything it knows can be read again from the run directories."""

    def __init__(self, settings: Settings, runs: Runs, metrics: Metrics):
        self.settings, self.runs, self.metrics = settings, runs, metrics
        self.waiting: list[Run] = []
        self.stopping = False
        self.running: dict[str, asyncio.Task] = {}
        self.teller = Teller()
        self.attempts = Attempts(settings, self.teller, metrics)
        self.endings = Endings(self.teller, metrics)
        self._held = 0

    def check_place(self) -> None:
        """Refuse an upload that would find no place.

        Raises:
            QueueFull: as many runs as may be are running or waiting.
        """
        taken = len(self.running) + len(self.waiting) + self._held
        if taken >= self.settings.max_concurrent_jobs + self.settings.max_pending_jobs:
            raise QueueFull

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a place for an upload that is being written down, so that none is given twice.

        Raises:
            QueueFull: as many runs as may be are running or waiting.
        """
        self.check_place()
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    @property
    def warm(self) -> bool:
        """Whether runs start as fast as they ever will."""
        return self.attempts.starter.settled

    def events(self, run: Run) -> EventLog:
        """The one event log of a run in this process."""
        return self.teller.events(run)

    async def resume(self) -> None:
        """Take up what the run directories say, after a start."""
        self.attempts.prepare()
        waiting: list[Run] = []
        settling: list[Run] = []
        for state, run in await recovery.reconcile(self.runs):
            if state.status in FINISHED:
                if state.status != "expired":
                    self.endings.tell_again(run)
            elif processes.is_alive(state):
                self._occupy(run, following=True)
            else:
                (settling if state.status == "running" else waiting).append(run)
        settled = await asyncio.gather(*map(self._settle, settling))
        waiting += [run for run, over in zip(settling, settled, strict=True) if not over]
        self.waiting = sorted(waiting, key=self._turn)
        self._advance()

    def _turn(self, run: Run) -> tuple[float, float]:
        """The order of waiting runs: as they were told, new ones behind."""
        position = self.teller.position(run)
        return (float("inf") if position is None else position, run.state.submitted)

    async def _settle(self, run: Run) -> bool:
        """End what is left of a run that ran without us; whether that was its end."""
        found = await self.attempts.settle(run)
        if found:
            self.endings.finish(run, found)
        return found is not None

    def submit(self, run: Run) -> None:
        self.waiting.append(run)
        self._advance()

    async def cancel(self, run: Run, reason: tuple[str, str] = CANCELLED) -> None:
        """End a run in whatever state it is; a finished one stays as it is."""
        if run.state.status in FINISHED:
            return
        self.waiting = [other for other in self.waiting if other.id != run.id]
        await self._leave(run)
        await processes.end(run)
        # It may have finished, or another request have cancelled it, meanwhile.
        self.endings.finish(run, Outcome("cancelled", *reason))
        self._advance()

    async def stop(self) -> None:
        """Stop following; workflows that run go on, and are taken up at the next start."""
        self.stopping = True
        for run_id in list(self.running):
            await self._leave(Run(self.runs.root / run_id))
        await self.endings.stop()
        self.attempts.close()
        self.teller.close()

    async def _leave(self, run: Run) -> None:
        """Stop following a run, whatever becomes of it."""
        task = self.running.get(run.id)
        if task:
            task.cancel()
            await asyncio.wait([task])
            self.running.pop(run.id, None)

    def forget(self, run: Run) -> None:
        """End the streams of a run that is being removed."""
        self.teller.forget(run)

    def _advance(self) -> None:
        """Start what has a slot, and tell the others their position where it changed."""
        if self.stopping:
            return
        while self.waiting and len(self.running) < self.settings.max_concurrent_jobs:
            run = self.waiting.pop(0)
            self._occupy(run)
            self.teller.tell_position(run, 0, len(self.running))
        for position, run in enumerate(self.waiting, start=1):
            self.teller.tell_position(run, position, len(self.running))

    def _occupy(self, run: Run, following: bool = False) -> None:
        """Give a slot to a run."""
        self.running[run.id] = asyncio.create_task(self._bring_to_end(run, following))

    async def _bring_to_end(self, run: Run, following: bool) -> None:
        try:
            self.endings.finish(run, await self.attempts.bring(run, following))
        finally:
            self.running.pop(run.id, None)
            asyncio.get_running_loop().call_soon(self._advance)
