"""JSON views: a run's request, times and provenance, and how many jobs there are."""

from typing import Any

import structlog

from gateway.http.download import download_name
from gateway.run_config import default_choices
from gateway.runs import clock
from gateway.runs.directory import Run
from gateway.runs.provenance import Provenance
from gateway.runs.redact import without_paths
from gateway.runs.retention import expiry, is_kept
from gateway.runs.state import FINISHED
from gateway.scheduling.queue import Scheduler
from gateway.settings import Settings

log = structlog.get_logger()

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
    except (OSError, ValueError):
        return {}
    names = {"file_name": request.file_name, "bundle_name": download_name(request.file_name)[1]}
    chosen = default_choices(settings) | dict(request.chosen)
    # Offline, how many proteins a query finds is not known before the run.
    counts = {"sequences": request.counts["sequences"]} if "sequences" in request.counts else {}
    joined = {"base_map": request.base_map} if request.base_map else {}
    return {**names, **counts, **chosen, **joined}


def submitted(run: Run) -> float:
    """Return when a run was uploaded, in seconds since 1970 by the system's clock."""
    return round(clock.on_the_wall(run.path.parent, run.state.submitted), 3)


def times_view(run: Run, settings: Settings) -> dict[str, float]:
    """Return `elapsed`, the seconds of a run so far, and whether and until when it is kept.

    `keep` is whether a download of the bundle changes nothing; `expires` are seconds since 1970.
    """
    state = run.state
    if state.status == "expired":
        return {}
    found: dict[str, float] = {}
    if state.first_started:
        end = state.finished or run.now()
        found["elapsed"] = round(max(0.0, end - state.first_started), 1)
    found["keep"] = is_kept(state, settings)
    if state.status in FINISHED:
        found["expires"] = round(clock.on_the_wall(run.path.parent, expiry(run, settings)), 1)
    return found


def provenance_view(run: Run) -> dict[str, Any]:
    """Return counts of the input, choices, versions, seconds of the steps, and warnings."""
    try:
        found = run.read_provenance()
    except (OSError, ValueError) as error:
        # The result itself can be seen all the same.
        log.error("provenance_unreadable", job_id=run.id, error=str(error))
        found = Provenance()
    known = found.configuration
    counts = {k: v for k, v in found.input.items() if isinstance(v, int)}
    return {
        "counts": counts,
        "configuration": {name: _shown(known[name]) for name in _SHOWN if name in known},
        "versions": found.versions,
        "seconds": [[step.step, step.seconds] for step in found.steps],
        "warnings": [without_paths(each) for each in found.warnings],
    }


def _shown(value: object) -> object:
    """Return a value of the configuration without paths, which tables of annotations have."""
    return [without_paths(str(each)) for each in value] if isinstance(value, list) else value
