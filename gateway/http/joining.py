"""Uploads whose proteins join a base map: which one, and whether that is possible now."""

from collections.abc import Callable, Mapping

import structlog
from anyio import to_thread
from starlette.datastructures import FormData

from gateway.http.errors import GatewayError
from gateway.http.services import Services
from gateway.runs import disk
from gateway.runs.base_maps import BaseMap
from gateway.runs.disk import DiskFull
from steps.errors import StepError

log = structlog.get_logger()


def base_map(form: FormData, base_maps: Mapping[str, BaseMap]) -> BaseMap | None:
    """Return the map that the upload is to join; `None` where it is to have one of its own.

    Raises:
        GatewayError: NOT_ALLOWED, with the names that there are.
    """
    names = [str(value).strip() for value in form.getlist("base_map")]
    names = [name for name in names if name]
    if not names:
        return None
    if len(names) > 1:
        message = "The form has 'base_map' several times. Choose one map."
        raise GatewayError(400, "NOT_ALLOWED", message)
    if names[0] not in base_maps:
        offered = ", ".join(base_maps) or "none"
        message = f"base_map '{names[0][:80]}' is not offered here; offered: {offered}."
        raise GatewayError(400, "NOT_ALLOWED", message)
    if form.get("embeddings"):
        message = "Proteins of a file of embeddings cannot join a base map, as they have no "
        message += "sequences. Send a FASTA file, or leave base_map out."
        raise GatewayError(400, "NOT_ALLOWED", message)
    return base_maps[names[0]]


async def check_room(parts: Services, base: BaseMap | None) -> None:
    """Check that there is room for a run that joins a map, whose files it writes anew.

    Those that wait or run count as whole: how much of theirs is written is not known.

    Raises:
        DiskFull: there is not.
    """
    if not base:
        return
    ids = [*parts.scheduler.running, *(run.id for run in parts.scheduler.waiting)]
    if await to_thread.run_sync(_lacks_room, parts, base, ids):
        raise DiskFull


def _lacks_room(parts: Services, base: BaseMap, ids: list[str]) -> bool:
    joined = [run.base_map or "" for run in map(parts.runs.get, ids) if run]
    maps = [base, *filter(None, map(parts.base_maps.get, joined))]
    needed = parts.settings.min_free_bytes + sum(each.bytes for each in maps)
    return disk.low(parts.runs.root, needed)


def available[T](base: BaseMap | None, work: Callable[[], T]) -> T:
    """Return what `work` returns, which reads the base map of an upload, if it has one.

    Raises:
        GatewayError: BASE_MAP_UNAVAILABLE, where it is not what it was when the gateway started.
    """
    try:
        return work()
    except StepError as error:
        if not base:
            raise
        log.error("base_map_unavailable", name=base.name, error=error.message)
        message = f"The base map '{base.name}' cannot be used at present. Choose another, or none."
        headers = {"Retry-After": "300"}
        raise GatewayError(503, "BASE_MAP_UNAVAILABLE", message, headers) from error
