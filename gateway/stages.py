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

    def __post_init__(self) -> None:
        self._jobs = Tail(self.run / "jobs.jsonl")
        self._steps: dict[Path, Tail] = {}

    def news(self) -> list[dict]:
        """`{"stage", "elapsed"}`, with `done` and `total` where known; it never goes back."""
        told = [self._told(entry) for entry in self._jobs.read() if entry["event"] == "job_info"]
        for path in sorted(self.logs.glob("*.progress.jsonl")):
            entries = self._steps.setdefault(path, Tail(path)).read()
            rule = path.name.partition(".")[0]
            # Only the newest count matters.
            told += [self._told({"rule": rule, **entry}) for entry in entries[-1:]]
        return [entry for entry in told if entry]

    def _told(self, entry: dict) -> dict | None:
        stage = STAGES.get(entry.get("rule", ""))
        if stage is None or _RANK[stage] < self.rank:
            return None
        count = (entry["done"], entry["total"]) if "total" in entry else (-1, -1)
        if self.shown.get(stage, (-2, -2)) >= count:
            return None
        self.rank, self.shown[stage] = _RANK[stage], count
        told = {"stage": stage, "elapsed": round(time.time() - self.started, 1)}
        return told | ({"done": count[0], "total": count[1]} if count[1] >= 0 else {})
