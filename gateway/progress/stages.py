"""From what Snakemake and the steps write to the stages that clients see."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from gateway.runs.jsonl import Tail

#: Rule -> stage, in the order that clients may see them; the others are not shown.
STAGES = {
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
# Embedding and annotation overlap; the web app must not see either after `projecting`.
RANK = {"normalizing": 0, "embedding": 1, "annotating": 1, "projecting": 2, "bundling": 3}
#: What a job on a shard has in the names of its files.
_SHARD = re.compile(r"\.[0-9]+-of-[0-9]+$")


@dataclass
class Stages:
    """Follows one run directory; `news` gives what to tell since the last time.

    `told` is what was told before, be it by another gateway or of an earlier attempt.
    """

    run: Path
    logs: Path
    rank: int = -1
    shown: dict[str, tuple] = field(default_factory=dict)
    started: float = field(default_factory=time.time)
    embedders: int = 1
    told: list[dict] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._elapsed = 0.0
        self._jobs = Tail(self.run / "jobs.jsonl")
        self._steps: dict[Path, Tail] = {}
        self._latest: dict[Path, dict] = {}
        self._held: list[dict] = []
        self._embedding: set[int] = set()
        self._missing_told = False
        for data in self.told:
            self._remember(data)

    def _remember(self, data: dict) -> None:
        """Go on behind what was told."""
        stage = data["stage"]
        self.rank = max(self.rank, RANK[stage])
        counts = (data["done"], data["total"]) if "total" in data else (-1, -1)
        self.shown[stage] = max(counts, self.shown.get(stage, counts))
        self._missing_told = self._missing_told or "missing_sources" in data
        self._elapsed = max(self._elapsed, data["elapsed"])

    def news(self) -> list[dict]:
        """`{"stage", "elapsed"}`, with `done` and `total` where known; it never goes back."""
        shown = [entry for entry in self._jobs.read() if self._begins(entry)]
        entries = [*self._held, *shown, *self._counts()]
        entries.sort(key=lambda entry: RANK[STAGES[entry["rule"]]])
        told = [self._told(entry) for entry in entries if not self._later(entry)]
        self._held = [entry for entry in entries if self._later(entry)]
        return self._with_missing([entry for entry in told if entry])

    def _begins(self, entry: dict) -> bool:
        """Whether a job of a stage begins here, or goes out to a cluster with those it needs."""
        event, jobs = entry.get("event"), entry.get("jobs", [])
        stage = STAGES.get(entry.get("rule")) if event == "job_info" else None
        if event == "workflow_started":
            # Another attempt, whose jobs have other numbers.
            self._embedding.clear()
        elif event == "job_finished":
            self._embedding.difference_update(jobs)
        elif stage == "embedding":
            self._embedding.update(jobs)
        return stage is not None

    def _with_missing(self, told: list[dict]) -> list[dict]:
        """Name sources that did not answer, once, at whatever stage the run is by then.

        Clients that do not know the field ignore it.
        """
        missing = [
            source for entry in self._latest.values() for source in entry.get("missing_sources", [])
        ]
        if self._missing_told or not missing or not self.shown:
            return told
        self._missing_told = True
        last = told[-1] if told else self._event(list(self.shown)[-1])
        return [*told[:-1], last | {"missing_sources": list(dict.fromkeys(missing))}]

    def _event(self, stage: str) -> dict:
        # The clock may be set back.
        self._elapsed = max(self._elapsed, round(time.time() - self.started, 1))
        return {"stage": stage, "elapsed": self._elapsed}

    def _later(self, entry: dict) -> bool:
        """Whether an entry waits: the first projections may begin before the last embedding.

        Jobs that go out to a cluster as a group are all announced at once.
        """
        if RANK[STAGES[entry["rule"]]] <= RANK["embedding"]:
            return False
        done, total = self.shown.get("embedding", (0, 0))
        return done < total or (total <= 0 and bool(self._embedding))

    def _counts(self) -> list[dict]:
        """How far each rule is that tells it; embedders and shards count together."""
        for path in sorted(self.logs.glob("*.progress.jsonl")):
            # Only the newest count matters.
            for entry in self._steps.setdefault(path, Tail(path)).read()[-1:]:
                if {"done", "total"} <= entry.keys():
                    self._latest[path] = entry
        rules: dict[str, dict[str, dict]] = {}
        for path, entry in self._latest.items():
            name = path.name.removesuffix(".progress.jsonl")
            rules.setdefault(name.partition(".")[0], {})[name] = entry
        return [self._count(rule, entries) for rule, entries in rules.items()]

    def _count(self, rule: str, entries: dict[str, dict]) -> dict:
        """Each shard knows the total of all shards."""
        jobs = len({_SHARD.sub("", name) for name in entries})
        jobs = max(self.embedders if rule == "embed" else 1, jobs)
        done = sum(entry["done"] for entry in entries.values())
        return {"rule": rule, "done": done, "total": next(iter(entries.values()))["total"] * jobs}

    def _told(self, entry: dict) -> dict | None:
        stage = STAGES[entry["rule"]]
        if RANK[stage] < self.rank:
            return None
        counts = {key: entry[key] for key in ("done", "total") if "total" in entry}
        shown = tuple(counts.values()) or (-1, -1)
        if self.shown.get(stage, (-2, -2)) >= shown:
            return None
        self.rank, self.shown[stage] = RANK[stage], shown
        return self._event(stage) | counts
