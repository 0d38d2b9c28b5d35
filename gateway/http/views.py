"""What is told of a run beside its events: what was asked, its times, how it was made."""

import time

from gateway.http.download import download_name
from gateway.runs.directory import Run
from gateway.runs.retention import expiry
from gateway.runs.state import FINISHED
from gateway.settings import Settings

#: What a provenance may say to a client; the rest names folders and servers of the operator.
_TOLD = ("embedders", "methods", "annotations", "metric", "n_neighbors", "min_dist", "random_state")


def asked(run: Run, settings: Settings) -> dict:
    """Names, `sequences` and choices of an upload; nothing once the run was removed."""
    try:
        request = run.request
        chosen, sequences = request["chosen"], request["counts"]["sequences"]
    except (OSError, ValueError, KeyError):
        return {}
    defaults = {
        "embedders": [settings.embedder],
        "methods": settings.methods,
        "annotations": settings.annotations,
    }
    names = {
        "file_name": request["file_name"],
        "bundle_name": download_name(request["file_name"])[1],
    }
    return {**names, "sequences": sequences, **(defaults | chosen)}


def times(run: Run, settings: Settings) -> dict[str, float]:
    """`elapsed`, seconds since its start or until its end; `expires`, seconds since 1970."""
    state, found = run.state, {}
    if state.status == "expired":
        return found
    if state.first_started:
        end = state.finished or time.time()
        found["elapsed"] = round(max(0.0, end - state.first_started), 1)
    if state.status in FINISHED:
        found["expires"] = round(expiry(run, settings), 1)
    return found


def provenance(run: Run) -> dict:
    """Counts of the input, choices, versions, seconds of the steps, warnings."""
    found = run.read_provenance()
    known = found.get("configuration", {})
    counts = {k: v for k, v in found.get("input", {}).items() if isinstance(v, int)}
    return {
        "counts": counts,
        "configuration": {name: known[name] for name in _TOLD if name in known},
        "versions": found.get("versions", {}),
        "seconds": [[step["step"], step["seconds"]] for step in found.get("steps", [])],
        "warnings": found.get("warnings", []),
    }
