"""From the job log of Snakemake and the progress files of steps to the stages that clients see."""

import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NotRequired, TypedDict, get_args

from pydantic import TypeAdapter

from gateway.progress.job_log import JobEvent
from gateway.runs.jsonl import Tail
from gateway.settings import Stage

#: Rule, or the first part of the name of its log file -> stage; others are not shown.
STAGES: dict[str, Stage] = {
    "retrieve": "normalizing",
    "normalize": "normalizing",
    "embed": "embedding",
    "embed_shard": "embedding",
    "merge_embeddings": "embedding",
    "annotate": "annotating",
    "annotate_shard": "annotating",
    "annotate_merged": "annotating",
    "project": "projecting",
    "bundle": "bundling",
    # Job logs of runs that version 0.1.0 began; log files still have the first two.
    "gather": "embedding",
    "fetch": "annotating",
    "annotate_gathered": "annotating",
}
#: Embedding and annotation overlap; the web app must not see either after `projecting`.
_OVERLAPPING: Stage = "annotating"


def _ranks() -> dict[Stage, int]:
    ranks: dict[Stage, int] = {}
    for stage in get_args(Stage):
        last = max(ranks.values(), default=-1)
        ranks[stage] = last if stage == _OVERLAPPING else last + 1
    return ranks


#: Stage -> rank; stages of one rank may run at a time, each rank begins after those below.
RANK = _ranks()
#: The part of a file name by which the jobs of shards differ.
_SHARD = re.compile(r"\.[0-9]+-of-[0-9]+$")
_UNKNOWN = (-1, -1)

Progress = dict[str, Any]


class StepProgress(TypedDict):
    """What a step writes of its progress."""

    done: int
    total: int
    missing_sources: NotRequired[list[str]]


_STEP = TypeAdapter(StepProgress)


@dataclass
class Stages:
    """Turn events of one run into progress for clients; it never goes back.

    `logs` is the folder of the steps' logs, `published` what clients got before, be it from
    another gateway or of an earlier attempt.
    """

    logs: Path
    rank: int = -1
    shown: dict[Stage, tuple[int, int]] = field(default_factory=dict)
    started: float = field(default_factory=time.time)
    embedders: int = 1
    published: list[Progress] = field(default_factory=list)
    now: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._elapsed = 0.0
        self._steps: dict[Path, Tail[StepProgress]] = {}
        self._latest: dict[Path, StepProgress] = {}
        self._held: list[Progress] = []
        self._embedding: set[int] = set()
        self._missing_published = False
        for data in self.published:
            self._resume(data)

    def _resume(self, data: Progress) -> None:
        """Continue after what was published."""
        stage = data["stage"]
        self.rank = max(self.rank, RANK[stage])
        counts = (data["done"], data["total"]) if "total" in data else _UNKNOWN
        self.shown[stage] = max(counts, self.shown.get(stage, counts))
        self._missing_published = self._missing_published or "missing_sources" in data
        self._elapsed = max(self._elapsed, data["elapsed"])

    def news(self, events: Iterable[JobEvent]) -> list[Progress]:
        """Return `{"stage", "elapsed"}` for new events, with `done` and `total` where known."""
        begun = [dict(event) for event in events if self._begins(event)]
        entries = [*self._held, *begun, *self._counts()]
        entries.sort(key=lambda entry: RANK[STAGES[entry["rule"]]])
        shown = [self._progress(entry) for entry in entries if not self._waits(entry)]
        self._held = [entry for entry in entries if self._waits(entry)]
        return self._with_missing([entry for entry in shown if entry])

    def _begins(self, event: JobEvent) -> bool:
        """Return whether a job of a stage begins, or goes to a cluster with those it needs."""
        kind, jobs = event["event"], event.get("jobs", [])
        stage = STAGES.get(event.get("rule", "")) if kind == "job_info" else None
        if kind == "workflow_started":
            # Another attempt, whose jobs have other numbers.
            self._embedding.clear()
        elif kind == "job_finished":
            self._embedding.difference_update(jobs)
        elif stage == "embedding":
            self._embedding.update(jobs)
        return stage is not None

    def _with_missing(self, shown: list[Progress]) -> list[Progress]:
        """Name sources that did not answer, once, at whatever stage the run is by then.

        Clients that do not know the field ignore it.
        """
        missing = [
            source for entry in self._latest.values() for source in entry.get("missing_sources", [])
        ]
        if self._missing_published or not missing or not self.shown:
            return shown
        self._missing_published = True
        last = shown[-1] if shown else self._event(list(self.shown)[-1])
        return [*shown[:-1], last | {"missing_sources": list(dict.fromkeys(missing))}]

    def _event(self, stage: Stage) -> Progress:
        self._elapsed = max(self._elapsed, round(self.now() - self.started, 1))
        return {"stage": stage, "elapsed": self._elapsed}

    def _waits(self, entry: Progress) -> bool:
        """Return whether an entry must wait for embeddings.

        The first projections may begin before the last embedding, and jobs that go to a cluster
        as a group are all announced at once.
        """
        if RANK[STAGES[entry["rule"]]] <= RANK["embedding"]:
            return False
        done, total = self.shown.get("embedding", (0, 0))
        return done < total or (total <= 0 and bool(self._embedding))

    def _counts(self) -> list[Progress]:
        """Return the counts of each rule that reports them; embedders and shards are summed."""
        for path in sorted(self.logs.glob("*.progress.jsonl")):
            # Only the newest count matters.
            for entry in self._steps.setdefault(path, Tail(path, _STEP)).read()[-1:]:
                self._latest[path] = entry
        rules: dict[str, dict[str, StepProgress]] = {}
        for path, entry in self._latest.items():
            name = path.name.removesuffix(".progress.jsonl")
            rules.setdefault(name.partition(".")[0], {})[name] = entry
        return [self._count(rule, entries) for rule, entries in rules.items()]

    def _count(self, rule: str, entries: dict[str, StepProgress]) -> Progress:
        # Each shard knows the total of all shards.
        jobs = len({_SHARD.sub("", name) for name in entries})
        jobs = max(self.embedders if rule == "embed" else 1, jobs)
        done = sum(entry["done"] for entry in entries.values())
        return {"rule": rule, "done": done, "total": next(iter(entries.values()))["total"] * jobs}

    def _progress(self, entry: Progress) -> Progress | None:
        stage = STAGES[entry["rule"]]
        if RANK[stage] < self.rank:
            return None
        known = "total" in entry
        counts = (entry["done"], entry["total"]) if known else _UNKNOWN
        if stage in self.shown and self.shown[stage] >= counts:
            return None
        self.rank, self.shown[stage] = RANK[stage], counts
        return self._event(stage) | ({"done": counts[0], "total": counts[1]} if known else {})
