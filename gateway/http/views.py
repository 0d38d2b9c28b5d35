"""JSON views: a run's request, times and provenance, and how many jobs there are."""

import time
from typing import Any

from gateway.http.download import download_name
from gateway.run_config import default_choices
from gateway.runs.directory import Run
from gateway.runs.redact import without_paths
from gateway.runs.retention import expiry
from gateway.runs.state import FINISHED
from gateway.scheduling.queue import Scheduler
from gateway.settings import Settings

#: Keys of the configuration that clients see; others name folders and servers.
_SHOWN = (
    "embedders",
    "methods",
    "annotations",
    "metric",
    "n_neighbors",
    "min_dist",
    "random_state",
)


def job_counts(scheduler: Scheduler) -> dict[str, int]:
    """Return how many jobs are `running` and `queued`."""
    return {"running": len(scheduler.running), "queued": len(scheduler.waiting)}


def request_view(run: Run, settings: Settings) -> dict[str, Any]:
    """Return names, `sequences` and choices of an upload; nothing once the run was removed."""
    try:
        request = run.request
        chosen, sequences = request["chosen"], request["counts"]["sequences"]
        name = request["file_name"]
    except (OSError, ValueError, KeyError):
        return {}
    names = {"file_name": name, "bundle_name": download_name(name)[1]}
    return {**names, "sequences": sequences, **(default_choices(settings) | chosen)}


def times_view(run: Run, settings: Settings) -> dict[str, float]:
    """Return `elapsed`, the seconds of a run so far, and `expires`, seconds since 1970."""
    state = run.state
    found: dict[str, float] = {}
    if state.status == "expired":
        return found
    if state.first_started:
        end = state.finished or time.time()
        found["elapsed"] = round(max(0.0, end - state.first_started), 1)
    if state.status in FINISHED:
        found["expires"] = round(expiry(run, settings), 1)
    return found


def provenance_view(run: Run) -> dict[str, Any]:
    """Return counts of the input, choices, versions, seconds of the steps, and warnings."""
    found = run.read_provenance()
    known = found.get("configuration", {})
    counts = {k: v for k, v in found.get("input", {}).items() if isinstance(v, int)}
    return {
        "counts": counts,
        "configuration": {name: known[name] for name in _SHOWN if name in known},
        "versions": found.get("versions", {}),
        "seconds": [[step["step"], step["seconds"]] for step in found.get("steps", [])],
        "warnings": [without_paths(each) for each in found.get("warnings", [])],
    }
