"""Uploads that are slow, through both proxies: honest ones are taken, endless ones are cut off.

`DEPLOY_UPLOAD_SECONDS` says how long an upload may take.
"""

import asyncio
import os

import pytest

from tests.support.gateway_process import fasta
from tests.support.proxy_process import KINDS, Proxy
from tests.support.slow_upload import SlowUpload
from tests.support.waiting import PATIENCE_SECONDS

pytestmark = pytest.mark.deploy

SECONDS = int(os.environ.get("DEPLOY_UPLOAD_SECONDS", "120"))
#: Of endless uploads: bytes per second.
RATES = [1] * 10 + [5000] * 10
#: How long a quick upload may take beside slow ones.
MOST_SECONDS = 20


def endless(proxy: Proxy) -> list[SlowUpload]:
    """Uploads that are not done in time, from several addresses."""
    addresses = [f"127.0.0.{2 + number % 8}" for number in range(len(RATES))]
    # Caddy would wait for the rest of one of which less than 256 KB are left.
    file = bytes(8_000_000)
    places = zip(addresses, RATES, strict=True)
    return [SlowUpload(proxy, address, file, rate) for address, rate in places]


def honest(proxy: Proxy) -> SlowUpload:
    """An upload of a megabyte that is done in half of the time."""
    file = fasta(1400, 690).encode()
    return SlowUpload(proxy, "127.0.0.10", file, 2 * len(file) // SECONDS)


def quick(proxy: Proxy, number: int) -> SlowUpload:
    return SlowUpload(proxy, "127.0.0.11", fasta(20, 40, number).encode(), 10**6)


async def one_after_another(uploads: list[SlowUpload]) -> None:
    """Begin some uploads while others are on their way."""
    for upload in uploads:
        await asyncio.sleep(SECONDS / (len(uploads) + 1))
        await upload.send()


def test_slow_uploads_delay_nobody_and_end_in_time(behind, capsys):
    gateway, proxy = behind(KINDS[0], PREP_UPLOAD_SECONDS=str(SECONDS))
    proxies = [proxy, behind(KINDS[1], gateway)[1]]
    late = [upload for proxy in proxies for upload in endless(proxy)]
    slow = [honest(proxy) for proxy in proxies]
    fast = [quick(proxies[number % 2], number) for number in range(10)]

    async def send_all() -> None:
        everyone = [upload.send() for upload in [*late, *slow]]
        await asyncio.gather(one_after_another(fast), *everyone)

    asyncio.run(asyncio.wait_for(send_all(), SECONDS + PATIENCE_SECONDS))
    most = max(upload.seconds for upload in fast)
    with capsys.disabled():
        print(f"\n{len(late)} endless uploads: a quick one took {most:.3f} s at most,", end=" ")
        print("cut off after", *(f"{upload.seconds:.1f} s" for upload in late[::10]))
    assert {upload.status for upload in late} == {408}
    assert {upload.status for upload in [*slow, *fast]} == {202}
    assert most < MOST_SECONDS and min(upload.seconds for upload in late) >= SECONDS
