"""A Biocentral server for tests: the true protocol on loopback, answers in no time, and faults.

To try the gateway without the real service, in the root of the repository:

    python -m tests.fakes.biocentral --port 9540 --seconds-per-sequence 0.01
"""

import argparse
import asyncio
import threading
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Self

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tests.fakes import biocentral_faults as faults
from tests.fakes.biocentral_faults import FAULTS
from tests.fakes.biocentral_predictions import PredictionRequest
from tests.fakes.biocentral_tasks import EmbedRequest, Schedule, Task, details
from tests.fakes.server import LoopbackServer
from tests.fakes.vectors import vector

__all__ = ["FAULTS", "FakeBiocentral", "vector"]

_HTML = "<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>"
_TOO_MANY = {"detail": "Too Many Requests"}

Endpoint = Callable[[Request], Awaitable[Response]]


class FakeBiocentral:
    """A server in a thread, as a context manager; see `FAULTS` for what `fault` may be.

    `submissions` and `polls` count the requests, refused ones too. `sequences` and
    `embedder_names` tell what the accepted submissions asked vectors for, `predictions` has the
    accepted requests for predictions. `max_in_flight` is the most tasks that were unfinished at
    once, whether or not anybody asked how they ended. `application` is what answers, for other
    servers to serve. `clock` says how far tasks are; a test may set another.
    """

    def __init__(
        self, *, latency: float = 0.0, seconds_per_sequence: float = 0.0, version: str = "2.1.0",
        fault: str | None = None, parallel: int = 8, port: int = 0,
    ) -> None:  # fmt: skip
        self.latency, self.version = latency, version
        self._schedule = Schedule(parallel, seconds_per_sequence)
        self.application = self._application()
        self._server = LoopbackServer(self.application, port)
        self.url = self._server.url
        self._fault: str | None = None
        self.reset()
        self.fault = fault

    def reset(self) -> None:
        """Forget the counters."""
        self.sequences: list[str] = []
        self.embedder_names: list[str] = []
        self.predictions: list[PredictionRequest] = []
        self.submissions = self.polls = self.max_in_flight = 0

    @property
    def seconds_per_sequence(self) -> float:
        """The pace of tasks that are submitted from now on."""
        return self._schedule.seconds_per_sequence

    @seconds_per_sequence.setter
    def seconds_per_sequence(self, seconds: float) -> None:
        self._schedule.seconds_per_sequence = seconds

    @property
    def clock(self) -> Callable[[], float]:
        return self._schedule.clock

    @clock.setter
    def clock(self, clock: Callable[[], float]) -> None:
        self._schedule.clock = clock

    @property
    def fault(self) -> str | None:
        return self._fault

    @fault.setter
    def fault(self, name: str | None) -> None:
        before, self._fault = self._fault, faults.checked(name)
        self._first_task, self._refused = len(self._schedule.tasks), 0
        if name == "down":
            self.stop()
        elif before == "down":
            self.start()

    def start(self) -> None:
        if self._fault != "down":
            self._server.start()

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()

    def _application(self) -> Starlette:
        embed = "/api/v1/embeddings_service/embed"
        predict = "/api/v1/prediction_service/predict"
        poll = "/api/v1/biocentral_service/task_status/{task_id}"
        return Starlette(routes=[
            Route("/health", self._guarded(self._health, "health")),
            Route(embed, self._guarded(self._embed, "submission"), methods=["POST"]),
            Route(predict, self._guarded(self._predict, "submission"), methods=["POST"]),
            Route(poll, self._guarded(self._poll, "poll")),
        ])  # fmt: skip

    def _guarded(self, endpoint: Endpoint, kind: str) -> Endpoint:
        """Count, delay, and let fail any request; it may get no answer."""

        async def answer(request: Request) -> Response:
            self.submissions += kind == "submission"
            self.polls += kind == "poll"
            await request.body()  # now: to ask whether the client has left would swallow it
            await asyncio.sleep(self.latency)
            while self._hangs(kind) and not await request.is_disconnected():
                await asyncio.sleep(0.02)
            return self._refusal(request, kind) or await endpoint(request)

        return answer

    def _hangs(self, kind: str) -> bool:
        return faults.trouble(self._fault, kind) == "hang"

    def _refusal(self, request: Request, kind: str) -> Response | None:
        match faults.trouble(self._fault, kind):
            case "503":
                return PlainTextResponse("Service Unavailable", 503)
            case "proxy-html":
                return HTMLResponse(_HTML, 503)
            case "reset":
                self._server.drop(request)
                return Response()
        return None

    async def _health(self, _request: Request) -> Response:
        version = faults.VERSIONS.get(self._fault, self.version)
        return JSONResponse({"status": "healthy"} | ({"version": version} if version else {}))

    async def _embed(self, request: Request) -> Response:
        def accept(wanted: EmbedRequest) -> None:
            self.embedder_names.append(wanted.embedder_name)
            self.sequences += wanted.sequences

        return await self._submit(request, EmbedRequest, accept)

    async def _predict(self, request: Request) -> Response:
        return await self._submit(request, PredictionRequest, self.predictions.append)

    async def _submit[T: BaseModel](
        self, request: Request, body: type[T], accept: Callable[[T], None]
    ) -> Response:
        if (seconds := self._retry_after()) is not None:
            return JSONResponse(_TOO_MANY, 429, {"Retry-After": str(seconds)})
        try:
            wanted = body.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse({"detail": details(error)}, 422)
        task_id = self._schedule.add(wanted)
        accept(wanted)
        self.max_in_flight = max(self.max_in_flight, self._schedule.unfinished(), 1)
        return JSONResponse({"task_id": task_id})

    def _retry_after(self) -> int | None:
        if self._fault == "rate-limited" and self._refused < 2:
            self._refused += 1
            return 1
        return 600 if self._fault == "rate-limited-forever" else None

    async def _poll(self, request: Request) -> Response:
        task = self._schedule.tasks.get(request.path_params["task_id"])
        if task is None or faults.lost(self._fault, task.number - self._first_task):
            return JSONResponse({"detail": "Task not found"}, 404)
        if self._fault == "garbage-json":
            return Response("{this is no JSON", media_type="application/json")
        now = self.clock()
        dtos = task.news(now)
        if (
            task.over(now) and self._fault != "endless"
        ):  # told at every poll from now on, as the real server does
            dtos.append(await self._end(task))
        return JSONResponse({"dtos": dtos})

    async def _end(self, task: Task) -> dict[str, Any]:
        if faults.fails(self._fault, task.number - self._first_task):
            return {"status": "FAILED", "error": "Task failed: out of memory"}
        result = await run_in_threadpool(task.request.result, self._fault)
        return {"status": "FINISHED", **result}


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m tests.fakes.biocentral",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(["faults:", *(f"  {name:21} {line}" for name, line in FAULTS.items())]),
    )
    parser.add_argument("--port", type=int, default=9540)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--seconds-per-sequence", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--fault", choices=FAULTS, metavar="NAME", help="see below")
    with FakeBiocentral(**vars(parser.parse_args())) as fake:
        print(f"A fake Biocentral server on {fake.url} (Ctrl-C ends it)", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
