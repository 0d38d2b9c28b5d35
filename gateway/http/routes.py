"""The routes of the interface. What clients may rely on stands in docs/http.md."""

import asyncio

import structlog
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.http import joining, openapi, upload, views
from gateway.http.download import HTML, TABLE, Download
from gateway.http.errors import GatewayError, expired, of_refusal
from gateway.http.events import events
from gateway.http.exports import find_export
from gateway.http.options import options as offered
from gateway.http.preview import points
from gateway.http.rate_limit import client_of
from gateway.http.services import find_done, find_run, services
from gateway.runs import disk
from gateway.runs.directory import Run
from gateway.runs.disk import DiskFull
from gateway.scheduling.queue import QueueFull

log = structlog.get_logger()


async def submit(request: Request) -> Response:
    """POST /api/prepare: an upload becomes a run."""
    parts = services(request)
    uploads = parts.metrics.uploads
    try:
        run, headers = await _stored(request)
    except GatewayError as error:
        uploads.labels(code=error.code).inc()
        log.info("upload_refused", code=error.code)
        too_slow = error.code == "REQUEST_TIMEOUT"
        if too_slow or not await upload.let_finish(request, parts.settings):
            error.headers["Connection"] = "close"
        raise
    uploads.labels(code="ACCEPTED").inc()
    log.info("upload_accepted", job_id=run.id, **run.request.counts)
    return JSONResponse({"job_id": run.id}, 202, headers)


async def _stored(request: Request) -> tuple[Run, dict[str, str]]:
    parts = services(request)
    try:
        with disk.refusing_when_full(parts.runs.root, parts.settings.min_free_bytes):
            return await _accept(request)
    except (QueueFull, DiskFull) as error:
        raise of_refusal(error) from error


async def _accept(request: Request) -> tuple[Run, dict[str, str]]:
    """Store and queue an upload; return the run and the headers of the rate limit."""
    parts = services(request)
    address = client_of(request, parts.settings)
    await parts.rate_limits.check_any(address)
    upload.check_token(request, parts.settings)
    # Under a rush most uploads end here, before the work of reading them.
    parts.scheduler.check_place()
    form = await upload.read_form(request, parts.settings)
    staged = parts.runs.stage()
    try:
        base = joining.base_map(form, parts.base_maps)
        await joining.check_room(parts, base)
        stored = await upload.prepare(form, staged.path, parts.settings, base)
        with parts.scheduler.place():
            headers = await parts.rate_limits.check_accepted(address)
            # Writing it for good takes the disk some milliseconds, in which others are served.
            run = await to_thread.run_sync(parts.runs.admit, staged, stored)
            parts.scheduler.submit(run)
        return run, headers
    finally:
        staged.remove()
        await form.close()


async def status(request: Request) -> Response:
    """GET /api/prepare/{job_id}: the present state of a run."""
    run, parts = find_run(request), services(request)
    state, last = run.state, parts.scheduler.events(run).last
    answer = {"job_id": run.id, "status": state.status, "submitted": views.submitted(run)}
    answer |= views.request_view(run, parts.settings) | views.times_view(run, parts.settings)
    if last:
        answer["last_event"] = {"event": last.event, "data": last.data}
    return JSONResponse(answer)


async def cancel(request: Request) -> Response:
    """DELETE /api/prepare/{job_id}: end a run; again and again is fine."""
    run = find_run(request)
    await services(request).scheduler.cancel(run)
    return JSONResponse({"job_id": run.id, "status": run.state.status})


async def preview(request: Request) -> Response:
    """GET /api/prepare/{job_id}/preview: the bundle as points to draw, and how it was made."""
    run = find_done(request)
    try:
        found = await points(run)
    except FileNotFoundError:
        raise expired() from None
    answer = {"job_id": run.id, **found, "provenance": views.provenance_view(run)}
    return JSONResponse(answer, headers={"Cache-Control": "no-store"})


async def bundle(request: Request) -> Response:
    """GET /api/prepare/{job_id}/bundle: the file; one complete transfer is its delivery."""
    run = find_done(request)

    def delivered() -> None:
        if run.state.status == "done" and not run.state.delivered:
            run.change(delivered=run.now())
            log.info("bundle_delivered", job_id=run.id)

    return Download(run.bundle, run.request.file_name, delivered)


async def table(request: Request) -> Response:
    """GET /api/prepare/{job_id}/table: the result as a table; this is no download of the bundle."""
    run = await find_export(request, TABLE)
    return Download(run.export(TABLE), run.request.file_name)


async def html(request: Request) -> Response:
    """GET /api/prepare/{job_id}/html: the HTML file that shows the result from disk."""
    run = await find_export(request, HTML)
    return Download(run.export(HTML), run.request.file_name)


async def options(request: Request) -> Response:
    """GET /api/options: limits and choices of an upload, and what to expect."""
    parts = services(request)
    jobs = views.job_counts(parts.scheduler)
    found = await to_thread.run_sync(offered, parts.settings, jobs, parts.base_maps)
    return JSONResponse(found, headers={"Cache-Control": "no-store"})


async def openapi_json(request: Request) -> Response:
    """GET /openapi.json."""
    return JSONResponse(await asyncio.to_thread(openapi.document, services(request).settings))


ROUTES = [
    Route("/api/prepare", submit, methods=["POST"]),
    Route("/api/prepare/{job_id}", status, methods=["GET"]),
    Route("/api/prepare/{job_id}", cancel, methods=["DELETE"]),
    Route("/api/prepare/{job_id}/events", events, methods=["GET"]),
    Route("/api/prepare/{job_id}/bundle", bundle, methods=["GET"]),
    Route("/api/prepare/{job_id}/table", table, methods=["GET"]),
    Route("/api/prepare/{job_id}/html", html, methods=["GET"]),
    Route("/api/prepare/{job_id}/preview", preview, methods=["GET"]),
    Route("/api/options", options, methods=["GET"]),
    Route("/openapi.json", openapi_json, methods=["GET"]),
]
