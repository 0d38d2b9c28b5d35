"""How long runs took here, for estimates of the next ones; it outlives restarts.

<root>/.history.json   {embedder: [[seconds for each sequence, other seconds], ...]}, newest last
"""

import json
from pathlib import Path
from statistics import median

import structlog

from gateway.runs.directory import Run
from steps.files import write_json

log = structlog.get_logger()

#: Runs of an embedder that count; what was long ago says little of today.
_KEPT = 50


def remember(run: Run) -> None:
    """Add a run that is done. Nothing depends on it, so a full disk only leaves it out."""
    found = _measured(run)
    if not found:
        return
    embedder, seconds = found
    path = _path(run.path.parent)
    try:
        known = _read(path)
        known[embedder] = [*known.get(embedder, []), seconds][-_KEPT:]
        write_json(path, known)
    except OSError as error:
        log.warning("history_not_written", error=str(error))


def figures(root: Path) -> dict[str, dict[str, float]]:
    """For each embedder that has run here: `runs`, `seconds_per_sequence`, `other_seconds`.

    Medians, so that one bad day does not spoil them.
    """
    return {
        embedder: {
            "runs": len(rows),
            "seconds_per_sequence": round(median(row[0] for row in rows), 6),
            "other_seconds": round(median(row[1] for row in rows), 1),
        }
        for embedder, rows in _read(_path(root)).items()
    }


def _path(root: Path) -> Path:
    return root / ".history.json"


def _read(path: Path) -> dict[str, list[list[float]]]:
    """What is known; nothing where the file is missing or damaged."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        return {str(name): [[float(a), float(b)] for a, b in rows] for name, rows in known.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def _measured(run: Run) -> tuple[str, list[float]] | None:
    """The embedder of a run and its seconds, where they say something about the next run.

    They do not where several embedders share them, the run was interrupted, or half of the vectors
    came from the store.
    """
    state, provenance = run.state, run.read_provenance()
    embedders = provenance.get("configuration", {}).get("embedders", [])
    if len(embedders) != 1 or state.attempts != 1 or not state.first_started:
        return None
    reports = [step for step in provenance["steps"] if step["step"] == "embed"]
    computed = sum(step["counts"]["distinct"] - step["counts"]["reused"] for step in reports)
    if computed * 2 < provenance["input"]["sequences"] or not computed:
        return None
    whole, embedding = state.finished - state.first_started, sum(s["seconds"] for s in reports)
    return embedders[0], [embedding / computed, max(0.0, whole - embedding)]
