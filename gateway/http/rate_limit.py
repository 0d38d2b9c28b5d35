"""Rate limits per client address, and the address of a client behind proxies."""

import math
import re
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from limits import RateLimitItem, parse
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from gateway.http.errors import GatewayError
from gateway.settings import Settings

# As some proxies write it: brackets around IPv6, a port behind.
_HOP = re.compile(r"\[([^\]]*)\](?::[0-9]+)?|([0-9.]+):[0-9]+")


def client_of(request: Request, settings: Settings) -> str:
    """Return who is counted: the IPv4 address, or the network of the IPv6 address.

    It is the nearest address on the way here that is no trusted proxy; what is no address ends the
    way at the proxy before it.
    """
    address = _parsed(request.client.host if request.client else "")
    # A proxy may add a line of its own instead of lengthening the one that is there.
    forwarded = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for hop in reversed([hop.strip() for hop in forwarded if hop.strip()]):
        before = _parsed(hop)
        if before is None or not _is_trusted(address, settings.trusted_proxies):
            break
        address = before
    if isinstance(address, IPv6Address):
        # Whoever has one IPv6 address has a whole network of them.
        return str(ip_network((address, settings.rate_limit_ipv6_prefix), strict=False))
    return str(address or "unknown")


def _parsed(text: str) -> IPv4Address | IPv6Address | None:
    """Return an address in its one form; `None` for anything else."""
    hop = _HOP.fullmatch(text)
    try:
        address = ip_address((hop[1] or hop[2]) if hop else text)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return address.ipv4_mapped or IPv6Address(int(address))
    return address


def _is_trusted(address: IPv4Address | IPv6Address | None, trusted: list[str]) -> bool:
    return address is not None and any(
        address in ip_network(entry, strict=False) for entry in trusted
    )


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
