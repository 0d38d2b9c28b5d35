"""What a run does now, since when, and whether that is longer than it may take."""

import time

from gateway.progress.stages import RANK, STAGES
from gateway.runs.directory import Run
from gateway.runs.jsonl import Tail
from gateway.scheduling.outcome import Outcome
from gateway.settings import Settings


class Clock:
    """The time of one attempt, and of its stages by Snakemake's job log."""

    def __init__(self, run: Run, settings: Settings):
        state = run.state
        self.settings, self.started = settings, state.started or state.submitted
        self.rules: dict[int, str] = {}
        self.since: dict[str, float] = {}
        self._jobs = Tail(run.path / "jobs.jsonl")

    def read(self) -> None:
        """Follow the job log; what an earlier attempt wrote is over."""
        for entry in self._jobs.read():
            if entry.get("time", 0) >= self.started:
                self._follow(entry)

    def _follow(self, entry: dict) -> None:
        for job in entry.get("jobs", []):
            if entry["event"] == "job_info":
                self.rules[job] = entry["rule"]
                if entry["rule"] in STAGES:
                    self.since.setdefault(STAGES[entry["rule"]], entry["time"])
            elif entry["event"] in ("job_finished", "job_error"):
                self.rules.pop(job, None)

    @property
    def stages(self) -> list[str]:
        """The stages that run now."""
        running = {STAGES[rule] for rule in self.rules.values() if rule in STAGES}
        return [stage for stage in RANK if stage in running]

    def where(self) -> str:
        """The same in words."""
        stages = self.stages or list(self.since)[-1:] or ["starting"]
        return " and ".join(stages)

    def exceeded(self) -> Outcome | None:
        """The end of a run that took, or was in one stage, for longer than it may."""
        now, settings = time.time(), self.settings
        if now - self.started > settings.pipeline_timeout_seconds:
            took = f"{settings.pipeline_timeout_seconds / 60:g} minutes, while {self.where()}"
            return _late(f"The run timed out after {took}. Try fewer sequences.")
        for stage in self.stages:
            most = settings.stage_timeout_seconds.get(stage)
            if most and now - self.since[stage] > most:
                text = f"The run timed out: {stage} took longer than {most:g} s."
                return _late(f"{text} Try fewer sequences.")
        return None


def _late(message: str) -> Outcome:
    return Outcome("failed", "PIPELINE_TIMEOUT", message)
