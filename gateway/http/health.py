"""Health, readiness and metrics, for load balancers and Prometheus."""

import shutil

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.http.errors import GatewayError
from gateway.http.services import services
from gateway.http.views import job_counts

#: Check of readiness -> the fault where it fails.
_FAULTS = {
    "disk": "less space than PREP_MIN_FREE_BYTES is free in PREP_JOB_ROOT",
    "writable": "the user of the gateway cannot write to PREP_JOB_ROOT",
    "snakemake": "it is not installed in the environment of the gateway",
}


async def healthz(request: Request) -> Response:
    """GET /healthz: the process answers."""
    return JSONResponse({"ok": True, "jobs": job_counts(services(request).scheduler)})


async def readyz(request: Request) -> Response:
    """GET /readyz: uploads would be run; `degraded` where something waits for the operator."""
    parts = services(request)
    checks = parts.readiness.checks()
    if not all(checks.values()):
        failed = ", ".join(f"{name} ({_FAULTS[name]})" for name in checks if not checks[name])
        raise GatewayError(503, "NOT_READY", f"Not ready: {failed}.", {"Retry-After": "30"})
    problems = await to_thread.run_sync(parts.cache.problems)
    status = {"status": "degraded" if problems else "ok", "problems": problems}
    return JSONResponse({"ok": True, **status, "checks": checks, "warm": parts.scheduler.warm})


async def metrics(request: Request) -> Response:
    """GET /metrics: for Prometheus."""
    parts = services(request)
    found = parts.metrics
    found.queued.set(len(parts.scheduler.waiting))
    found.running.set(len(parts.scheduler.running))
    found.warm.set(parts.scheduler.warm)
    found.set_aside.set(len(await to_thread.run_sync(parts.cache.set_aside)))
    found.cache_usable.set(parts.cache.usable)
    found.free.set(shutil.disk_usage(parts.runs.root).free)
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


ROUTES = [
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
]
