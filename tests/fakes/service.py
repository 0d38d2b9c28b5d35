"""One faked web service: its routes, what it was asked, and what goes wrong with it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tests.fakes.paging import later_page
from tests.fakes.web_faults import Fault

Answer = Callable[[Request], Awaitable[Response]]
Keys = Callable[[Request], Awaitable[Sequence[str]]]


class Service:
    """One service, as a test sets and reads it; see `web_faults.FAULTS` for `fault`.

    `requests` counts all requests, refused ones too. `asked` has the keys (accessions, MD5s,
    taxon identifiers, file names) of each of them in order, so one that was asked for again is
    there again; the later pages of an answer add nothing to it. `max_in_flight` is the most
    requests that were unanswered at once; none is answered before it was `together`.
    """

    def __init__(self, drop: Callable[[Request], None]) -> None:
        self._drop, self._fault = drop, Fault()
        self.latency, self.refusals, self.together = 0.0, 3, 1
        self._in_flight = 0
        self.reset()

    def reset(self) -> None:
        """Forget the counters."""
        self.requests = self.max_in_flight = 0
        self.asked: list[str] = []

    @property
    def fault(self) -> str | None:
        return self._fault.name

    @fault.setter
    def fault(self, name: str | None) -> None:
        self._fault = Fault(name, self.refusals)

    def shortened[T: (list, bytes)](self, whole: T) -> T:
        return self._fault.shortened(whole)

    def route(self, path: str, answer: Answer, keys: Keys, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            await request.body()  # now: to ask whether the client has left would swallow it
            self.requests += 1
            self._in_flight += 1
            self.max_in_flight = max(self.max_in_flight, self._in_flight)
            try:
                self.asked += await keys(request)
                return await self._answer(request, answer)
            finally:
                self._in_flight -= 1

        return Route(path, endpoint, methods=[method])

    async def _answer(self, request: Request, answer: Answer) -> Response:
        await asyncio.sleep(self.latency)
        while self.max_in_flight < self.together and not await request.is_disconnected():
            await asyncio.sleep(0.02)
        while self.fault == "hang" and not await request.is_disconnected():
            await asyncio.sleep(0.02)
        if self.fault == "down":
            self._drop(request)
            return Response()
        response = self._fault.refusal() or await answer(request)
        return self._half(request, response) if self._fault.cuts(later_page(request)) else response

    def _half(self, request: Request, response: Response) -> Response:
        """The same response, but the connection is closed in the middle of its body."""
        body = bytes(response.body)

        async def half() -> AsyncIterator[bytes]:
            yield body[: len(body) // 2]
            await asyncio.sleep(0.02)  # the half is on its way before the connection ends
            self._drop(request)

        return StreamingResponse(half(), response.status_code, dict(response.headers))
