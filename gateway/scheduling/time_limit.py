"""The time limits of a run and of its stages."""

from collections.abc import Iterable

from gateway.progress.job_log import JobEvent
from gateway.progress.stages import RANK, STAGES
from gateway.runs import clock
from gateway.runs.directory import Run
from gateway.scheduling.outcome import Outcome
from gateway.settings import Settings, Stage


class TimeLimit:
    """The time that one attempt takes, and each of its stages by Snakemake's job log."""

    def __init__(self, run: Run, settings: Settings) -> None:
        state = run.state
        self.run, self.settings, self.started = run, settings, state.started or state.submitted
        self._rules: dict[int, str] = {}
        self._since: dict[Stage, float] = {}

    def follow(self, events: Iterable[JobEvent]) -> None:
        """Take note of jobs that begin and end; those of an earlier attempt are over."""
        for event in events:
            if self._time(event) >= self.started:
                self._follow(event)

    def _time(self, event: JobEvent) -> float:
        """Return when an event was, by the clock of runs; version 0.1.0 wrote no `uptime`."""
        root = self.run.path.parent
        return clock.of_uptime(root, event["uptime"]) if "uptime" in event else event["time"]

    def _follow(self, event: JobEvent) -> None:
        rule = event.get("rule", "")
        for job in event.get("jobs", []):
            if event["event"] == "job_info":
                self._rules[job] = rule
                if rule in STAGES:
                    self._since.setdefault(STAGES[rule], self._time(event))
            elif event["event"] in ("job_finished", "job_error"):
                self._rules.pop(job, None)

    @property
    def stages(self) -> list[Stage]:
        """The stages that run now, in the order of the pipeline."""
        running = {STAGES[rule] for rule in self._rules.values() if rule in STAGES}
        return [stage for stage in RANK if stage in running]

    def where(self) -> str:
        """Return the present stages in words, or the last one that began."""
        return " and ".join(self.stages or list(self._since)[-1:] or ["starting"])

    def exceeded(self) -> Outcome | None:
        """Return the outcome of a run that exceeds its time limit or that of a stage."""
        now, settings = self.run.now(), self.settings
        if now - self.started > settings.pipeline_timeout_seconds:
            took = f"{settings.pipeline_timeout_seconds / 60:g} minutes, while {self.where()}"
            return _timeout(f"The run timed out after {took}. Try fewer sequences.")
        for stage in self.stages:
            limit = settings.stage_timeout_seconds.get(stage)
            if limit and now - self._since[stage] > limit:
                text = f"The run timed out: {stage} took longer than {limit:g} s."
                return _timeout(f"{text} Try fewer sequences.")
        return None


def _timeout(message: str) -> Outcome:
    return Outcome("failed", "PIPELINE_TIMEOUT", message)
