"""Measure what the gateway costs: beside plain Snakemake, and while many clients follow its runs.

It starts a gateway of its own on 127.0.0.1, below a temporary folder. First an upload until its
`done` event, in turn with plain Snakemake (same command line, configuration and input). Then, with
two runs at work: memory of each event stream, and how fast the gateway answers beside them.
"""

import argparse
import asyncio
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil
from http_load import (
    Answer,
    Audience,
    Slot,
    background,
    follow,
    paced,
    percentile,
    request,
    sequences,
    upload,
)
from measure import ROOT
from serving import configure, serving

sys.path.insert(0, str(ROOT))
from gateway.execution import snakemake
from gateway.run_config import read_settings
from gateway.runs.directory import Run, Runs
from gateway.runs.request import Request

EXAMPLE = (ROOT / "examples" / "families.fasta").read_bytes()
SLOTS, READERS = 2, 200
IDLE_READERS, IDLE_SECONDS = 100, 30
#: Of the whole benchmark, and of comparing: on a busy machine it compares fewer times.
MOST_SECONDS, COMPARE_SECONDS = 280, 150
#: With 1,500 proteins more work than the load lasts: its two runs stay the same ones throughout.
LONG_METHODS = "pca2,umap2,tsne2,mds2,pacmap2,localmap2"


async def through_gateway(port: int) -> tuple[float, str]:
    """Seconds from the upload to `done`, and the run's id."""
    started = time.monotonic()
    run_id = (await upload(port, EXAMPLE)).json["job_id"]
    if await follow(port, run_id) != "done":
        raise RuntimeError("The run of the example failed.")
    return time.monotonic() - started, run_id


async def plainly(model: Run, runs: Runs) -> float:
    """Seconds of plain Snakemake in a fresh directory with the configuration and input of a run."""
    run = runs.admit(runs.stage(), Request(file_name="plain.fasta"))
    for name in ("config.yaml", "input.fasta"):
        shutil.copy(model.path / name, run.path / name)
    command = [sys.executable, "-m", "snakemake", *snakemake.arguments(run, read_settings())]
    log = run.path / "snakemake.log"
    started = time.monotonic()
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *command, cwd=run.path, stdout=file, stderr=file, start_new_session=True
        )
    try:
        if await process.wait():
            raise RuntimeError(f"Snakemake failed:\n{log.read_text()}")
    finally:
        if process.returncode is None:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
    return time.monotonic() - started


async def compare(port: int, folder: Path, repeat: int) -> None:
    """Both in turn, after one uncounted run of each."""
    ours, around, reference = [], [], []
    latest, plain = time.monotonic() + COMPARE_SECONDS, Runs(folder / "plain")
    _, run_id = await through_gateway(port)
    await plainly(Run(folder / "gateway" / run_id), plain)
    while len(ours) < repeat and time.monotonic() < latest:
        reference.append(await plainly(Run(folder / "gateway" / run_id), plain))
        seconds, run_id = await through_gateway(port)
        state = Run(folder / "gateway" / run_id).state
        ours.append(seconds)
        # Unlike the difference of both, untouched by how busy the machine was just then.
        around.append(seconds - (state.finished - state.started))
    print_comparison(ours, around, reference)


async def load(port: int, process: psutil.Process) -> None:
    """Memory and latency with readers connected and runs at work."""
    idle = await paced(lambda: request(port, "GET", "/healthz"), 100, 0.02)
    slots, audience = [Slot(port) for _ in range(SLOTS)], Audience()
    long = sequences(1500, 300)
    async with background(*(slot.work(long, LONG_METHODS) for slot in slots)):
        await until(lambda: all(slot.run_id for slot in slots))
        # What the first reader makes the gateway load is not the price of each.
        await asyncio.sleep(1)
        memory = [process.memory_info().rss]
        async with background(*(audience.follow(slots[n % SLOTS]) for n in range(READERS))):
            await until(lambda: len(audience.connected) == READERS)
            await asyncio.sleep(1)
            memory.append(process.memory_info().rss)
            health, posts = await answers(port, audience)
            memory.append(process.memory_info().rss)
    print_latencies(idle, health, posts)
    print_memory(*memory)


async def answers(port: int, audience: Audience) -> tuple[list, list]:
    """Answers of /healthz, and of uploads that are cancelled at once; prints how it was."""
    small, whole, events = sequences(40, 200), [], audience.events

    async def health() -> Answer:
        answer = await request(port, "GET", "/healthz")
        running = answer.json["jobs"]["running"]
        whole.append(running == SLOTS and len(audience.connected) == READERS)
        return answer

    async def post() -> Answer:
        answer = await upload(port, small)
        await request(port, "DELETE", f"/api/prepare/{answer.json['job_id']}")
        return answer

    found = await asyncio.gather(paced(health, 400, 0.1), paced(post, 40, 1.0))
    print(f"\n{READERS} event streams connected and {SLOTS} runs at work in", end=" ")
    print(f"{sum(whole)} of {len(whole)} samples; {audience.events - events} events received")
    return found


async def idle(port: int, process: psutil.Process, root: Path) -> None:
    """Share of a core that the gateway takes while nothing happens that its readers could be told.

    Both slots are taken by runs that are halted; the readers follow a job that waits.
    """
    files = [sequences(1500, 300), sequences(1499, 300), sequences(20, 40)]
    jobs = [(await upload(port, each, methods=LONG_METHODS)).json["job_id"] for each in files]
    async with background(*(follow(port, jobs[-1]) for _ in range(IDLE_READERS))):
        await until(lambda: all(Run(root / job).state.pid for job in jobs[:SLOTS]))
        await asyncio.sleep(3)
        for job in jobs[:SLOTS]:
            os.killpg(Run(root / job).state.pid, signal.SIGSTOP)
        await asyncio.sleep(2)
        before = sum(process.cpu_times()[:2])
        await asyncio.sleep(IDLE_SECONDS)
        share = 100 * (sum(process.cpu_times()[:2]) - before) / IDLE_SECONDS
    for job in jobs:
        await request(port, "DELETE", f"/api/prepare/{job}")
    print(f"\n{IDLE_READERS} readers of a waiting job, {SLOTS} halted runs:", end=" ")
    print(f"{share:.2f} % of a core")
    print(f"ratio idle-cpu-percent {share:.2f} 2.0", flush=True)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(180):
        while not condition():
            await asyncio.sleep(0.05)


def print_comparison(ours: list, around: list, reference: list) -> None:
    print(f"\nexamples/families.fasta, pca2 and umap2, median of {len(ours)} (range)")
    print_seconds("plain snakemake", reference)
    print_seconds("gateway, upload to done", ours)
    print_seconds("  of it outside the run", around)
    own, other = median(ours), median(reference)
    print(f"ratio gateway-overhead-seconds {own - other:.3f} 1.0")
    print(f"ratio gateway-upload {own / other:.3f} 1.25", flush=True)


def print_seconds(name: str, values: list[float]) -> None:
    print(f"{name:<28} {median(values):8.2f} s  ({min(values):.2f} to {max(values):.2f})")


def print_latencies(idle: list, health: list, posts: list) -> None:
    print_milliseconds("GET /healthz, nothing else", idle)
    p99 = print_milliseconds("GET /healthz", health)
    print_milliseconds("POST /api/prepare", posts)
    print(f"ratio healthz-p99-ms {p99:.1f} 100", flush=True)


def print_milliseconds(name: str, answers: list) -> float:
    """Print median and p99; return the p99."""
    values = [1000 * answer.seconds for answer in answers]
    half, most = percentile(values, 50), percentile(values, 99)
    print(f"{name:<28} p50 {half:7.1f} ms  p99 {most:7.1f} ms  of {len(values)}")
    return most


def print_memory(before: int, connected: int, after: int) -> None:
    sizes = ", ".join(f"{size / 1048576:.1f}" for size in (before, connected, after))
    print(f"\nmemory of the gateway without, with and after {READERS} readers and load: {sizes} MB")
    print(f"ratio sse-reader-kb {(connected - before) / READERS / 1024:.1f} 100", flush=True)


async def benchmark(repeat: int) -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    loop.add_signal_handler(signal.SIGTERM, task.cancel)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        folder = Path(name)
        configure(folder)
        async with asyncio.timeout(MOST_SECONDS), serving(folder) as (port, process):
            await compare(port, folder, repeat)
            await idle(port, process, folder / "gateway")
            await load(port, process)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--repeat", type=int, default=3)
    asyncio.run(benchmark(options.parse_args().repeat))


if __name__ == "__main__":
    main()
