"""From what Snakemake and the steps write to the stages that clients see."""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path

#: Rule -> stage, in the order that clients may see them; the others are not shown.
STAGES = {
    "normalize": "normalizing",
    "embed": "embedding",
    "annotate": "annotating",
    "project": "projecting",
    "bundle": "bundling",
}
# Embedding and annotation overlap; the web app must not see either after `projecting`.
_RANK = {"normalizing": 0, "embedding": 1, "annotating": 1, "projecting": 2, "bundling": 3}


class Tail:
    """New whole lines of a growing file of JSON objects."""

    def __init__(self, path: Path):
        self.path, self.position = path, 0

    def read(self) -> list[dict]:
        try:
            with self.path.open("rb") as file:
                file.seek(self.position)
                text = file.read()
        except FileNotFoundError:
            return []
        whole = text[: text.rfind(b"\n") + 1]
        self.position += len(whole)
        return [json.loads(line) for line in whole.splitlines()]


@dataclass
class Stages:
    """Follows one run directory; `news` gives what to tell since the last time."""

    run: Path
    logs: Path
    rank: int = -1
    shown: dict[str, tuple] = field(default_factory=dict)
    started: float = field(default_factory=time.time)
    embedders: int = 1

    def __post_init__(self) -> None:
        self._jobs = Tail(self.run / "jobs.jsonl")
        self._steps: dict[Path, Tail] = {}
        self._latest: dict[Path, dict] = {}
        self._held: list[dict] = []
        self._missing_told = False

    def news(self) -> list[dict]:
        """`{"stage", "elapsed"}`, with `done` and `total` where known; it never goes back."""
        jobs = [entry for entry in self._jobs.read() if entry["event"] == "job_info"]
        shown = [entry for entry in jobs if entry["rule"] in STAGES]
        entries = [*self._held, *shown, *self._counts()]
        entries.sort(key=lambda entry: _RANK[STAGES[entry["rule"]]])
        told = [self._told(entry) for entry in entries if not self._later(entry)]
        self._held = [entry for entry in entries if self._later(entry)]
        return self._with_missing([entry for entry in told if entry])

    def _with_missing(self, told: list[dict]) -> list[dict]:
        """Name sources that did not answer, once, at whatever stage the run is by then.

        Clients that do not know the field ignore it.
        """
        missing = [
            entry["missing_sources"]
            for entry in self._latest.values()
            if "missing_sources" in entry
        ]
        if self._missing_told or not missing or not self.shown:
            return told
        self._missing_told = True
        last = told[-1] if told else self._event(list(self.shown)[-1])
        return [*told[:-1], last | {"missing_sources": missing[0]}]

    def _event(self, stage: str) -> dict:
        return {"stage": stage, "elapsed": round(time.time() - self.started, 1)}

    def _later(self, entry: dict) -> bool:
        """Whether an entry waits: the first projections may begin before the last embedding."""
        done, total = self.shown.get("embedding", (0, 0))
        return done < total and _RANK[STAGES[entry["rule"]]] > _RANK["embedding"]

    def _counts(self) -> list[dict]:
        """How far each rule is that tells it; embedders work side by side and count together."""
        for path in sorted(self.logs.glob("*.progress.jsonl")):
            # Only the newest count matters.
            for entry in self._steps.setdefault(path, Tail(path)).read()[-1:]:
                self._latest[path] = entry
        rules: dict[str, list[dict]] = {}
        for path, entry in self._latest.items():
            rules.setdefault(path.name.partition(".")[0], []).append(entry)
        return [self._count(rule, entries) for rule, entries in rules.items()]

    def _count(self, rule: str, entries: list[dict]) -> dict:
        jobs = max(self.embedders if rule == "embed" else 1, len(entries))
        done, total = sum(entry["done"] for entry in entries), entries[0]["total"] * jobs
        return {"rule": rule, "done": done, "total": total}

    def _told(self, entry: dict) -> dict | None:
        stage = STAGES[entry["rule"]]
        if _RANK[stage] < self.rank:
            return None
        counts = {key: entry[key] for key in ("done", "total") if "total" in entry}
        shown = tuple(counts.values()) or (-1, -1)
        if self.shown.get(stage, (-2, -2)) >= shown:
            return None
        self.rank, self.shown[stage] = _RANK[stage], shown
        return self._event(stage) | counts
