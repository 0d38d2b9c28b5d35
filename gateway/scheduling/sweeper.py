"""The loop that removes what is due: runs, broken runs, expired entries of the cache."""

import asyncio
from pathlib import Path

import structlog
from anyio import to_thread

from gateway.run_config import cache_config
from gateway.runs import disk
from gateway.runs.cache_watch import CacheWatch
from gateway.runs.directory import Run
from gateway.runs.retention import expiry, is_abandoned, is_forgotten, is_too_old
from gateway.runs.state import FINISHED
from gateway.scheduling import recovery
from gateway.scheduling.queue import Scheduler
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings
from steps.cache import open_cache
from steps.cache.aside import set_aside
from steps.cache.failures import Damaged
from steps.errors import StepError

log = structlog.get_logger()

ABANDONED = ("CANCELLED", "The run was cancelled because nobody followed it any more.")
TOO_OLD = ("EXPIRED", "The run reached the age at which uploads are removed. Please upload again.")


async def sweep_forever(settings: Settings, scheduler: Scheduler, cache: CacheWatch) -> None:
    """Sweep now and every interval; sooner after a delivery or an abandonment."""
    soon: list[float] = [
        settings.sweep_interval_seconds,
        max(1, settings.download_grace_seconds / 2),
    ]
    if settings.abandon_seconds:
        soon.append(max(1, settings.abandon_seconds / 2))
    while True:
        await to_thread.run_sync(_tidy, settings, scheduler.runs.root, cache)
        for run in scheduler.runs:
            try:
                await sweep(run, settings, scheduler)
            except Exception:
                # One run that cannot be swept must not keep the others from it.
                log.exception("sweep_failed", job_id=run.id)
        await asyncio.sleep(min(soon))


def _tidy(settings: Settings, root: Path, cache: CacheWatch) -> None:
    """Remove what is due beside the runs."""
    cache.usable = prune(settings)
    cache.erase_due()
    due = PUBLISHED_RETENTION_SECONDS - settings.sweep_interval_seconds
    recovery.remove_broken(root, due)
    disk.keep_reserve(root)


def prune(settings: Settings) -> bool:
    """Remove expired and least recently used entries of the runs' cache; return whether it works.

    A damaged cache is set aside, so that the next run has a new one.
    """
    config = cache_config(settings)
    if config["cache"] == "none":
        return True
    try:
        with open_cache(
            config["cache"],
            max_age_days=config["cache_days"],
            max_gigabytes=config["cache_gigabytes"],
        ) as opened:
            removed = opened.prune()
    except Damaged as error:
        log.error("cache_damaged", error=error.message)
        return _made_room(error)
    except StepError as error:
        log.error("cache_not_pruned", error=error.message)
    except Exception:
        # Whatever is wrong with the cache, runs are swept.
        log.exception("cache_not_pruned")
    else:
        log.debug("cache_pruned", expired=removed.expired, evicted=removed.evicted)
        return True
    return False


def _made_room(error: Damaged) -> bool:
    """Set a damaged cache aside; return whether a new one can take its place."""
    try:
        set_aside(error.path, error.identity)
    except OSError as fault:
        log.error("cache_not_set_aside", error=str(fault))
        return False
    return True


async def sweep(run: Run, settings: Settings, scheduler: Scheduler) -> None:
    """Cancel, strip or remove one run where it is due."""
    state, now = run.state, run.now()
    if state.status not in FINISHED:
        if is_too_old(run, settings, now):
            await scheduler.cancel(run, TOO_OLD)
        elif is_abandoned(run, scheduler.events(run), settings, now):
            await scheduler.cancel(run, ABANDONED)
    elif state.status == "expired":
        if is_forgotten(run, now):
            scheduler.forget(run)
            run.remove()
    elif now > expiry(run, settings):
        scheduler.forget(run)
        # On a full disk this makes the room to write the state.
        run.strip()
        run.change(status="expired")
        log.info("run_removed", job_id=run.id)
