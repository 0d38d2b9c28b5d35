"""Uploads to a gateway against the hosted service's own sequence of commands, side by side.

Both ask the same faked services (50 ms for each answer, no time for embedding). Each upload has
sequences of its own, so that nothing comes from the store; the files of names are on the disk for
both, and compiled code as after `make setup`.
"""

import argparse
import asyncio
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import psutil
from hosted import Hosted
from http_load import follow, request, upload
from measure import ROOT
from remains import print_remains
from serving import configure, serving

sys.path.insert(0, str(ROOT))
from gateway.runs.directory import Run
from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.web import FakeWeb

LATENCY_SECONDS, TARGET = 0.05, 0.30
STAGES = ("embed", "annotate", "project", "bundle")


class Proteins:
    """FASTA files of random proteins with accessions of UniProt's form, each file new."""

    def __init__(self) -> None:
        self._random, self._next = random.Random(0), 10_000

    def file(self, count: int) -> bytes:
        records = []
        for number in range(self._next, self._next + count):
            sequence = "".join(self._random.choices("ACDEFGHIKLMNPQRSTVWY", k=300))
            records.append(f">sp|P{number}|X_HUMAN Protein OS=Homo sapiens OX=9606\n{sequence}\n")
        self._next += count
        return "".join(records).encode()


class Ours:
    """Uploads to one gateway; `stages` has the seconds of the latest one by stage."""

    def __init__(self, port: int, root: Path):
        self.port, self.root, self.stages = port, root, {}

    async def upload(self, fasta: bytes) -> float:
        started = time.monotonic()
        job = (await upload(self.port, fasta)).json["job_id"]
        if await follow(self.port, job) != "done":
            raise RuntimeError(f"A run failed: {Run(self.root / job).state}")
        seconds = time.monotonic() - started
        self.run = Run(self.root / job)
        self.stages = dict.fromkeys(STAGES, 0.0)
        for step in self.run.read_provenance().steps:
            if step.step in STAGES:
                self.stages[step.step] = max(self.stages[step.step], step.seconds)
        return seconds

    async def warm(self) -> None:
        """Until runs are forked."""
        async with asyncio.timeout(180):
            while not (await request(self.port, "GET", "/readyz")).json.get("warm"):
                await asyncio.sleep(0.1)


async def compare(ours: Ours, hosted: Hosted, proteins: Proteins, count: int, repeat: int) -> None:
    """Both in turn, after one uncounted upload of each."""
    await ours.upload(proteins.file(count))
    await asyncio.to_thread(hosted.upload, proteins.file(count))
    theirs: list[dict[str, float]] = []
    own: list[dict[str, float]] = []
    for _ in range(repeat):
        fasta = proteins.file(count)
        whole = await asyncio.to_thread(hosted.upload, fasta)
        theirs.append(hosted.stages | {"whole": whole})
        whole = await ours.upload(fasta)
        own.append(ours.stages | {"whole": whole})
    print(f"\n{count} proteins, seconds, median of {repeat} (range)")
    print(f"{'':<9} {'hosted':>22} {'ours':>22} {'ratio':>7}")
    for stage in (*STAGES, "whole"):
        print_stage(stage, [each[stage] for each in theirs], [each[stage] for each in own])
    ratio = median(each["whole"] for each in own) / median(each["whole"] for each in theirs)
    print(f"ratio upload-{count} {ratio:.3f} {TARGET}")


def print_stage(name: str, theirs: list[float], own: list[float]) -> None:
    spans = (f"{median(each):.2f} ({min(each):.2f} to {max(each):.2f})" for each in (theirs, own))
    print("{:<9} {:>22} {:>22} {:>7.3f}".format(name, *spans, median(own) / median(theirs)))


async def at_once(ours: Ours, proteins: Proteins, count: int, repeat: int) -> None:
    """Five uploads in the same instant, against one alone."""
    alone, work, last = [], [], []
    for _ in range(repeat):
        one, *files = [proteins.file(count) for _ in range(6)]
        busy = _busy_seconds()
        alone.append(await ours.upload(one))
        work.append(_busy_seconds() - busy)
        started = time.monotonic()
        await asyncio.gather(*map(ours.upload, files))
        last.append(time.monotonic() - started)
    cores = os.cpu_count()
    print(f"\nfive uploads of {count} at once: the last is done after {median(last):.2f} s,")
    print(f"one alone after {median(alone):.2f} s; median of {repeat}. One alone takes")
    print(f"{median(work):.2f} s of a core, services and client included: {cores} cores cannot do")
    print(f"five in less than {5 * median(work) / cores:.2f} s")
    print(f"ratio five-at-once {median(last) / median(alone):.3f} 2.5", flush=True)


def _busy_seconds() -> float:
    """Seconds of cores that the whole machine has worked so far."""
    times = psutil.cpu_times()
    return times.user + times.nice + times.system + times.irq + times.softirq


async def first(folder: Path, proteins: Proteins, count: int) -> None:
    """The first upload to a gateway that has just become warm, against the second."""
    async with serving(folder) as (port, _):
        ours = Ours(port, folder / "gateway")
        await ours.warm()
        one, two = [await ours.upload(proteins.file(count)) for _ in range(2)]
    print(f"\nafter a start: the first upload takes {one:.2f} s, the second {two:.2f} s")
    print(f"ratio first-upload-seconds {one - two:.3f} 1.0", flush=True)


async def benchmark(sizes: list[int], repeat: int) -> None:
    biocentral, proteins = FakeBiocentral(latency=LATENCY_SECONDS), Proteins()
    with (
        tempfile.TemporaryDirectory() as name,
        FakeWeb(biocentral=biocentral.application) as web,
    ):
        folder = Path(name)
        configure(folder, PREP_EMBEDDER="prot_t5", PREP_ANNOTATIONS="default,header,sequence")
        os.environ.update(web.environment, HOME=name, PREP_MAX_CONCURRENT_JOBS="5")
        for service in web.services.values():
            service.latency = LATENCY_SECONDS
        async with serving(folder) as (port, _):
            ours = Ours(port, folder / "gateway")
            await ours.warm()
            for count in sizes:
                await compare(ours, Hosted(folder / "hosted"), proteins, count, repeat)
            print_remains(ours.run, LATENCY_SECONDS)
            await at_once(ours, proteins, max(sizes), repeat)
        await first(folder, proteins, max(sizes))


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[100, 1000])
    options.add_argument("--repeat", type=int, default=3)
    arguments = options.parse_args()
    asyncio.run(benchmark(arguments.sizes, arguments.repeat))


if __name__ == "__main__":
    main()
