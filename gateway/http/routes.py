"""The routes. What clients may rely on stands in docs/http.md."""

import asyncio
import json
import os
import secrets
import shutil
import time
from collections.abc import AsyncIterator
from importlib.util import find_spec

import structlog
from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.http import openapi, upload, views
from gateway.http.download import BundleResponse
from gateway.http.errors import GatewayError, not_found, of_refusal
from gateway.http.options import options as offered
from gateway.http.preview import points
from gateway.http.rate_limit import client_address
from gateway.runs import disk
from gateway.runs.directory import Run, is_id
from gateway.runs.disk import DiskFull
from gateway.runs.state import FINISHED
from gateway.scheduling.queue import QueueFull

log = structlog.get_logger()

#: Longer than a restart takes: Firefox gives up at the first refused connection.
RETRY_MILLISECONDS = 12_000
#: Followers whom a restart has sent away all at once come back over this time.
SPREAD_MILLISECONDS = 4_000
KEEP_ALIVE_SECONDS = 15
READY_SECONDS = 5


async def submit(request: Request) -> Response:
    """POST /api/prepare: an upload becomes a run."""
    metrics = request.app.state.metrics
    try:
        run, headers = await _stored(request)
    except GatewayError as error:
        metrics.uploads.labels(code=error.code).inc()
        log.info("upload_refused", code=error.code)
        too_slow = error.code == "REQUEST_TIMEOUT"
        if too_slow or not await upload.let_finish(request, request.app.state.settings):
            error.headers["Connection"] = "close"
        raise
    metrics.uploads.labels(code="ACCEPTED").inc()
    log.info("upload_accepted", job_id=run.id, **run.request["counts"])
    return JSONResponse({"job_id": run.id}, 202, headers)


async def _stored(request: Request) -> tuple[Run, dict[str, str]]:
    state = request.app.state
    try:
        with disk.refusing_when_full(state.runs.root, state.settings.min_free_bytes):
            return await _accept(request)
    except (QueueFull, DiskFull) as error:
        raise of_refusal(error) from error


async def _accept(request: Request) -> tuple[Run, dict[str, str]]:
    state = request.app.state
    address = client_address(request, state.settings.trusted_proxies)
    _check_token(request, state.settings)
    await state.limits.check_any(address)
    # Under a rush most uploads end here, before the work of reading them.
    state.scheduler.check_place()
    form = await upload.read_form(request, state.settings)
    staged = state.runs.stage()
    try:
        asked = await upload.prepare(form, staged.path, state.settings)
        with state.scheduler.place():
            headers = await state.limits.check_accepted(address)
            # Writing it for good takes the disk some milliseconds, in which others are served.
            run = await to_thread.run_sync(state.runs.admit, staged, asked)
            state.scheduler.submit(run)
        return run, headers
    finally:
        staged.remove()
        await form.close()


def _check_token(request: Request, settings) -> None:
    if settings.api_token is None:
        return
    given = request.headers.get("authorization", "").encode()
    wanted = f"Bearer {settings.api_token.get_secret_value()}".encode()
    if not secrets.compare_digest(given, wanted):
        raise GatewayError(
            401,
            "UNAUTHORIZED",
            "This server takes uploads only with a token (Authorization: Bearer ...).",
            {"WWW-Authenticate": "Bearer"},
        )


def find_run(request: Request) -> Run:
    """The run of the path.

    Raises:
        GatewayError: INVALID_ID, NOT_FOUND, EXPIRED.
    """
    run_id = request.path_params["job_id"]
    if not is_id(run_id):
        raise GatewayError(422, "INVALID_ID", "A job id has 32 hexadecimal digits.")
    run = request.app.state.runs.get(run_id)
    if run is None:
        raise not_found("There is no such job, or it has been removed. Please upload again.")
    return run


def _expired() -> GatewayError:
    message = "The bundle has expired or was already downloaded. Please upload again."
    return GatewayError(410, "EXPIRED", message)


async def status(request: Request) -> Response:
    """GET /api/prepare/{job_id}: the present state of a run."""
    run = find_run(request)
    state, events = run.state, request.app.state.scheduler.events(run)
    settings = request.app.state.settings
    answer = {"job_id": run.id, "status": state.status, "submitted": state.submitted}
    answer |= views.asked(run, settings) | views.times(run, settings)
    if events.last:
        answer["last_event"] = {"event": events.last.name, "data": events.last.data}
    return JSONResponse(answer)


async def cancel(request: Request) -> Response:
    """DELETE /api/prepare/{job_id}: end a run; again and again is fine."""
    run = find_run(request)
    await request.app.state.scheduler.cancel(run)
    return JSONResponse({"job_id": run.id, "status": run.state.status})


async def events(request: Request) -> Response:
    """GET /api/prepare/{job_id}/events: what happened since Last-Event-ID, and what happens."""
    run = find_run(request)
    if run.state.status == "expired":
        raise _expired()
    seen = request.headers.get("last-event-id", "")
    after = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
    return EventSourceResponse(
        _stream(request, run, after),
        ping=KEEP_ALIVE_SECONDS,
        ping_message_factory=lambda: ServerSentEvent(comment="still here"),
        headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
        sep="\n",
    )


async def _stream(request: Request, run: Run, after: int) -> AsyncIterator[ServerSentEvent]:
    followed = request.app.state.scheduler.events(run).follow(after)
    metrics = request.app.state.metrics
    retry = RETRY_MILLISECONDS + secrets.randbelow(SPREAD_MILLISECONDS)
    with metrics.readers.track_inprogress():
        async for event in followed:
            yield ServerSentEvent(
                json.dumps(event.data, ensure_ascii=False),
                event=event.name,
                id=str(event.id),
                retry=retry,
            )


def find_done(request: Request) -> Run:
    """The run of the path, which has a bundle.

    Raises:
        GatewayError: INVALID_ID, NOT_FOUND, EXPIRED, NOT_FINISHED.
    """
    run = find_run(request)
    state = run.state
    if state.status == "expired" or (state.status == "done" and not run.bundle.is_file()):
        raise _expired()
    if state.status != "done":
        message = "The job has not finished yet."
        if state.status in FINISHED:
            message = "The job did not finish, so there is no bundle."
        raise GatewayError(409, "NOT_FINISHED", message)
    return run


async def preview(request: Request) -> Response:
    """GET /api/prepare/{job_id}/preview: the bundle as points to draw, and how it was made."""
    run = find_done(request)
    try:
        found = await points(run.bundle)
    except FileNotFoundError:
        raise _expired() from None
    answer = {"job_id": run.id, **found, "provenance": views.provenance(run)}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def bundle(request: Request) -> Response:
    """GET /api/prepare/{job_id}/bundle: the file; it goes after one complete transfer."""
    run = find_done(request)

    def delivered() -> None:
        if run.state.status == "done" and not run.state.delivered:
            run.change(delivered=time.time())
            log.info("bundle_delivered", job_id=run.id)

    return BundleResponse(run.bundle, run.request["file_name"], delivered)


def _jobs(state) -> dict[str, int]:
    return {"running": len(state.scheduler.running), "queued": len(state.scheduler.waiting)}


async def options(request: Request) -> Response:
    """GET /api/options: what an upload may be and choose, and what to expect."""
    state = request.app.state
    found = await to_thread.run_sync(offered, state.settings, _jobs(state))
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


async def healthz(request: Request) -> Response:
    """GET /healthz: the process answers."""
    return JSONResponse({"ok": True, "jobs": _jobs(request.app.state)})


async def readyz(request: Request) -> Response:
    """GET /readyz: uploads would be run."""
    checks = _checks(request.app.state)
    if not all(checks.values()):
        failed = ", ".join(name for name, well in checks.items() if not well)
        raise GatewayError(503, "NOT_READY", f"Not ready: {failed}.", {"Retry-After": "30"})
    warm = request.app.state.scheduler.warm
    return JSONResponse({"ok": True, "checks": checks, "warm": warm})


def _checks(state) -> dict[str, bool]:
    """What running an upload needs; looked at every few seconds at most."""
    checked, checks = getattr(state, "checks", (0.0, {}))
    if time.monotonic() - checked > READY_SECONDS or not checks:
        root = state.runs.root
        checks = {
            "disk": shutil.disk_usage(root).free >= state.settings.min_free_bytes,
            "writable": os.access(root, os.W_OK),
            "snakemake": find_spec("snakemake") is not None,
        }
        state.checks = (time.monotonic(), checks)
    return checks


async def metrics(request: Request) -> Response:
    """GET /metrics: for Prometheus."""
    found, scheduler = request.app.state.metrics, request.app.state.scheduler
    found.queued.set(len(scheduler.waiting))
    found.running.set(len(scheduler.running))
    found.free.set(shutil.disk_usage(request.app.state.runs.root).free)
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


async def openapi_json(request: Request) -> Response:
    """GET /openapi.json."""
    return JSONResponse(await asyncio.to_thread(openapi.document, request.app.state.settings))


ROUTES = [
    Route("/api/prepare", submit, methods=["POST"]),
    Route("/api/prepare/{job_id}", status, methods=["GET"]),
    Route("/api/prepare/{job_id}", cancel, methods=["DELETE"]),
    Route("/api/prepare/{job_id}/events", events, methods=["GET"]),
    Route("/api/prepare/{job_id}/bundle", bundle, methods=["GET"]),
    Route("/api/prepare/{job_id}/preview", preview, methods=["GET"]),
    Route("/api/options", options, methods=["GET"]),
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
    Route("/openapi.json", openapi_json, methods=["GET"]),
]
