"""How long runs took on this server, for estimates of the next ones; kept over restarts.

<root>/.history.json   {embedder: [[seconds for each sequence, other seconds], ...]}, newest last

Runs that join a base map, which is most of what they work on, are under `embedder@base_map`.
"""

from pathlib import Path
from statistics import median
from typing import Annotated

import structlog
from pydantic import Field, TypeAdapter

from gateway.runs.directory import Run
from steps.files import write_json

log = structlog.get_logger()

#: Runs of an embedder that count; what was long ago says little of today.
_KEPT = 50
_Seconds = Annotated[float, Field(ge=0, le=1e9)]
_HISTORY = TypeAdapter(dict[str, Annotated[list[tuple[_Seconds, _Seconds]], Field(min_length=1)]])


def remember(run: Run) -> None:
    """Add a run that is done; on a full disk, only log that it is left out."""
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
    """Return `runs`, `seconds_per_sequence` and `other_seconds` of each embedder used here.

    They are medians, so that one bad day does not spoil them; with more digits, the first of them
    would tell whose upload it was how many of its embeddings were in the cache.
    """
    return {
        embedder: {
            "runs": len(rows),
            "seconds_per_sequence": float(f"{median(row[0] for row in rows):.2g}"),
            "other_seconds": round(median(row[1] for row in rows), 1),
        }
        for embedder, rows in _read(_path(root)).items()
    }


def _path(root: Path) -> Path:
    return root / ".history.json"


def _read(path: Path) -> dict[str, list[tuple[float, float]]]:
    """Return the history; nothing where the file is missing or damaged."""
    try:
        return _HISTORY.validate_json(path.read_bytes())
    except (OSError, ValueError):
        return {}


def _measured(run: Run) -> tuple[str, tuple[float, float]] | None:
    """Return the embedder of a run and its seconds, where they predict the next run.

    They do not where several embedders share them, the run was interrupted, or half of the
    embeddings came from the cache.
    """
    state, provenance = run.state, run.read_provenance()
    embedders = provenance.configuration.get("embedders", [])
    if len(embedders) != 1 or state.attempts != 1:
        return None
    if state.first_started is None or state.finished is None:
        return None
    reports = [step for step in provenance.steps if step.step == "embed"]
    computed = sum(step.counts["distinct"] - step.counts["reused"] for step in reports)
    if computed * 2 < provenance.input["sequences"] or not computed:
        return None
    whole, embedding = state.finished - state.first_started, sum(s.seconds for s in reports)
    name = f"{embedders[0]}@{run.base_map}" if run.base_map else embedders[0]
    return name, (embedding / computed, max(0.0, whole - embedding))
