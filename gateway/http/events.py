"""The stream of a job's events, and when those come back who lose it."""

import json
from collections.abc import AsyncIterator

import anyio
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request

from gateway.http.errors import expired
from gateway.http.rate_limit import client_of
from gateway.http.services import find_run, services
from gateway.http.streams import Counted, retry_after_stop
from gateway.runs.directory import Run

KEEP_ALIVE_SECONDS = 15
#: How long a stop waits for streams to say when their clients are to come back.
_FAREWELL_SECONDS = 2


async def events(request: Request) -> Counted:
    """GET /api/prepare/{job_id}/events: the events since Last-Event-ID, and new ones."""
    run = find_run(request)
    if run.state.status == "expired":
        raise expired()
    parts = services(request)
    seen = request.headers.get("last-event-id", "")
    after = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0

    def comment() -> ServerSentEvent:
        # How many others would come back with this client changes between its events.
        return ServerSentEvent(comment="still here", retry=parts.streams.retry())

    stream = EventSourceResponse(
        _stream(request, run, after),
        ping=KEEP_ALIVE_SECONDS,
        ping_message_factory=comment,
        # Without it a stop would cut streams before their last words.
        shutdown_event=anyio.Event(),
        shutdown_grace_period=_FAREWELL_SECONDS,
        headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
        sep="\n",
    )
    return Counted(stream, parts.streams.opened(client_of(request, parts.settings), run.id))


async def _stream(request: Request, run: Run, after: int) -> AsyncIterator[ServerSentEvent]:
    parts = services(request)
    with parts.metrics.readers.track_inprogress():
        async for event in parts.scheduler.events(run).follow(after):
            yield ServerSentEvent(
                json.dumps(event.data, ensure_ascii=False),
                event=event.event,
                id=str(event.id),
                retry=parts.streams.retry(),
            )
        if parts.closing.is_set():
            yield ServerSentEvent(retry=retry_after_stop())
