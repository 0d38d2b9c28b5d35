"""Measure what the cache saves: an upload of 1,000 proteins of which 950 were embedded before.

A gateway of its own, and a server that speaks Biocentral's protocol and takes 0.2 s a sequence, one
after the other. First 950 proteins are uploaded (at no cost, to fill the store), then all 1,000;
then the same 1,000 to a second gateway that knows none. Both bundles must be the same bytes.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from http_load import follow, request, sequences, upload
from measure import ROOT
from serving import configure, serving

sys.path.insert(0, str(ROOT))
from tests.fakes.biocentral import FakeBiocentral

KNOWN_SHARE, TARGET = 0.95, 0.1


async def run(port: int, fasta: bytes) -> tuple[float, bytes]:
    """Seconds from the upload to `done`, and the bundle."""
    started = time.monotonic()
    job = (await upload(port, fasta)).json["job_id"]
    if await follow(port, job) != "done":
        raise RuntimeError("A run failed.")
    seconds = time.monotonic() - started
    return seconds, (await request(port, "GET", f"/api/prepare/{job}/bundle")).body


async def warm(
    folder: Path, fasta: bytes, fake: FakeBiocentral, pace: float
) -> tuple[float, bytes, int]:
    """The upload after another one of most of its proteins."""
    configure(folder, PREP_EMBEDDER="prot_t5", PREP_BIOCENTRAL_URL=fake.url)
    records = fasta.split(b">")
    known = b">".join(records[: 1 + int(KNOWN_SHARE * (len(records) - 1))])
    async with serving(folder) as (port, _):
        fake.seconds_per_sequence = 0.0
        await run(port, known)
        fake.reset()
        fake.seconds_per_sequence = pace
        return *await run(port, fasta), len(fake.sequences)


async def cold(
    folder: Path, fasta: bytes, fake: FakeBiocentral, pace: float
) -> tuple[float, bytes, int]:
    """The upload to a gateway that has embedded nothing yet."""
    configure(folder, PREP_EMBEDDER="prot_t5", PREP_BIOCENTRAL_URL=fake.url)
    fake.reset()
    fake.seconds_per_sequence = pace
    async with serving(folder) as (port, _):
        return *await run(port, fasta), len(fake.sequences)


async def benchmark(count: int, pace: float) -> None:
    fasta = sequences(count, 300)
    with tempfile.TemporaryDirectory() as name, FakeBiocentral(parallel=1) as fake:
        reused = await warm(Path(name) / "warm", fasta, fake, pace)
        anew = await cold(Path(name) / "cold", fasta, fake, pace)
    print(f"\n{count} proteins, prot_t5 at {pace} s a sequence, pca2 and umap2; upload to done")
    for title, (seconds, _, asked) in (("nothing known", anew), ("95 % known", reused)):
        print(f"{title:<16} {seconds:8.2f} s, {asked} sequences asked of the server")
    same = anew[1] == reused[1]
    print(f"The bundles are {'the same bytes' if same else 'DIFFERENT'} ({len(anew[1])} bytes).")
    # The target is that of 1,000 proteins: with fewer, the rest of the run weighs more.
    name = "reuse" if count == 1000 else f"reuse-{count}"
    print(f"ratio {name} {reused[0] / anew[0]:.3f} {TARGET}", flush=True)
    if not same:
        sys.exit(1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sequences", type=int, default=1000)
    options.add_argument("--seconds-per-sequence", type=float, default=0.2)
    arguments = options.parse_args()
    asyncio.run(benchmark(arguments.sequences, arguments.seconds_per_sequence))


if __name__ == "__main__":
    main()
