"""Rate limits per client address, and the address of a client behind proxies."""

import math
import time
from ipaddress import ip_address, ip_network

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from gateway.http.errors import GatewayError
from gateway.settings import Settings


def client_address(request: Request, trusted: list[str]) -> str:
    """Return the nearest address on the way here that is no trusted proxy."""
    address = request.client.host if request.client else "unknown"
    # A proxy may add a line of its own instead of lengthening the one that is there.
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for hop in reversed([hop.strip() for hop in forwarded if hop.strip()]):
        if not _is_trusted(address, trusted):
            break
        address = hop
    return address


def _is_trusted(address: str, trusted: list[str]) -> bool:
    try:
        return any(ip_address(address) in ip_network(entry, strict=False) for entry in trusted)
    except ValueError:
        return False


class RateLimits:
    """Two moving windows: one for accepted uploads, a wider one for all of them."""

    def __init__(self, settings: Settings) -> None:
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._accepted = parse(settings.rate_limit)
        self._all = parse(settings.refused_rate_limit)

    async def check_any(self, address: str) -> None:
        """Count an upload before it is read.

        Raises:
            GatewayError: RATE_LIMITED.
        """
        if not await self._limiter.hit(self._all, "any", address):
            raise await self._refusal(self._all, "any", address)

    async def check_accepted(self, address: str) -> dict[str, str]:
        """Count an upload that would be accepted; return the X-RateLimit headers of its answer.

        Raises:
            GatewayError: RATE_LIMITED.
        """
        if not await self._limiter.hit(self._accepted, "accepted", address):
            raise await self._refusal(self._accepted, "accepted", address)
        return await self._headers(self._accepted, "accepted", address)

    async def _headers(self, rate: RateLimitItem, *key: str) -> dict[str, str]:
        window = await self._limiter.get_window_stats(rate, *key)
        return {
            "X-RateLimit-Limit": str(rate.amount),
            "X-RateLimit-Remaining": str(window.remaining),
            "X-RateLimit-Reset": str(math.ceil(window.reset_time)),
        }

    async def _refusal(self, rate: RateLimitItem, *key: str) -> GatewayError:
        window = await self._limiter.get_window_stats(rate, *key)
        # 0 sends the web app into an endless recursion.
        wait = max(1, math.ceil(window.reset_time - time.time()))
        message = f"Too many uploads from your address ({rate}). Try again in {wait} s."
        headers = await self._headers(rate, *key)
        return GatewayError(429, "RATE_LIMITED", message, {**headers, "Retry-After": str(wait)})
