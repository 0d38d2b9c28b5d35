"""Health, readiness and metrics, for load balancers and Prometheus."""

import os
import shutil
import time
from importlib.util import find_spec

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.http.errors import GatewayError
from gateway.http.services import Services, services
from gateway.http.views import job_counts

#: How long the checks of readiness hold: probes may come often.
_CHECKED_SECONDS = 5


async def healthz(request: Request) -> Response:
    """GET /healthz: the process answers."""
    return JSONResponse({"ok": True, "jobs": job_counts(services(request).scheduler)})


async def readyz(request: Request) -> Response:
    """GET /readyz: uploads would be run."""
    checks = _readiness.checks(services(request))
    if not all(checks.values()):
        failed = ", ".join(name for name, passed in checks.items() if not passed)
        raise GatewayError(503, "NOT_READY", f"Not ready: {failed}.", {"Retry-After": "30"})
    warm = services(request).scheduler.warm
    return JSONResponse({"ok": True, "checks": checks, "warm": warm})


class _Readiness:
    """Check what running an upload needs, every few seconds at most."""

    def __init__(self) -> None:
        self._checked: dict[str, tuple[float, dict[str, bool]]] = {}

    def checks(self, parts: Services) -> dict[str, bool]:
        root = parts.runs.root
        checked, checks = self._checked.get(str(root), (0.0, {}))
        if time.monotonic() - checked > _CHECKED_SECONDS or not checks:
            checks = {
                "disk": shutil.disk_usage(root).free >= parts.settings.min_free_bytes,
                "writable": os.access(root, os.W_OK),
                "snakemake": find_spec("snakemake") is not None,
            }
            self._checked[str(root)] = (time.monotonic(), checks)
        return checks


_readiness = _Readiness()


async def metrics(request: Request) -> Response:
    """GET /metrics: for Prometheus."""
    parts = services(request)
    found = parts.metrics
    found.queued.set(len(parts.scheduler.waiting))
    found.running.set(len(parts.scheduler.running))
    found.free.set(shutil.disk_usage(parts.runs.root).free)
    return Response(generate_latest(found.registry), media_type=CONTENT_TYPE_LATEST)


ROUTES = [
    Route("/healthz", healthz, methods=["GET"]),
    Route("/readyz", readyz, methods=["GET"]),
    Route("/metrics", metrics, methods=["GET"]),
]
