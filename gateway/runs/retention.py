"""When a run is due for removal. All times are those of `gateway.runs.clock`."""

from gateway.runs.directory import Run
from gateway.runs.events import EventLog
from gateway.runs.state import State
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings


def expiry(run: Run, settings: Settings) -> float:
    """Return when a finished run is due; the next sweep removes it."""
    state = run.state
    ages = [
        (state.finished or state.submitted) + settings.bundle_ttl_seconds,
        state.submitted + PUBLISHED_RETENTION_SECONDS - settings.sweep_interval_seconds,
    ]
    if state.delivered and not is_kept(state, settings):
        ages.append(state.delivered + settings.download_grace_seconds)
    return min(ages)


def is_kept(state: State, settings: Settings) -> bool:
    """Return whether a finished run stays although its bundle was downloaded."""
    return not settings.delete_after_download if state.keep is None else state.keep


def is_too_old(run: Run, settings: Settings, now: float) -> bool:
    """Return whether an unfinished run must end to be removed in time."""
    left = PUBLISHED_RETENTION_SECONDS - 2 * settings.sweep_interval_seconds
    return now > run.state.submitted + left


def is_abandoned(run: Run, events: EventLog, settings: Settings, now: float) -> bool:
    """Return whether nobody has followed an unfinished run for as long as that may be."""
    alone = min(events.seconds_alone, now - run.state.submitted)
    return bool(settings.abandon_seconds and alone > settings.abandon_seconds)


def is_forgotten(run: Run, now: float) -> bool:
    """Return whether the id of a removed run, kept to answer 410, is due as well."""
    return now > run.state.submitted + PUBLISHED_RETENTION_SECONDS
