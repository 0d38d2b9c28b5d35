"""When a run is due for removal."""

from gateway.runs.directory import Run
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings


def expiry(run: Run, settings: Settings) -> float:
    """When a finished run goes, seconds since the epoch; the next sweep does it."""
    state = run.state
    ages = [
        state.finished + settings.bundle_ttl_seconds,
        state.submitted + PUBLISHED_RETENTION_SECONDS - settings.sweep_interval_seconds,
    ]
    if settings.delete_after_download and state.delivered:
        ages.append(state.delivered + settings.download_grace_seconds)
    return min(ages)
