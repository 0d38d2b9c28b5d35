"""A run from the command line against the same upload to a warm gateway, plus three seconds.

1,000 proteins, each time new ones: `kmers`, annotations of headers and sequences, PCA and UMAP;
compiled code as after `make setup`. The command is plain `snakemake`, which also draws pictures and
writes the HTML file and the methods; the gateway makes neither.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from end_to_end import Ours, Proteins
from measure import ROOT
from serving import configure, serving

ALLOWED_SECONDS, TARGET = 3.0, 1.5
CONFIG = {"embedders": "kmers", "annotations": "header,sequence", "methods": "pca2,umap2"}


@dataclass
class Parts:
    """Seconds of a run: until its first log, until its HTML file, until the end."""

    plan: float
    jobs: float
    end: float

    @property
    def whole(self) -> float:
        return self.plan + self.jobs + self.end


def by_command(folder: Path, fasta: bytes) -> Parts:
    folder.mkdir()
    (folder / "benchmark.fasta").write_bytes(fasta)
    program = Path(sys.executable).with_name("snakemake")
    command = [program, "--snakefile", ROOT / "Snakefile", "--directory", folder, "--config"]
    command += ["input=benchmark.fasta", *(f"{key}={value}" for key, value in CONFIG.items())]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    began, started = time.time(), time.monotonic()
    ended = subprocess.run(
        list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True
    )
    whole = time.monotonic() - started
    if ended.returncode:
        raise RuntimeError(ended.stderr)
    first = min(path.stat().st_mtime for path in folder.glob("logs/*/normalize.log"))
    last = max(path.stat().st_mtime for path in folder.glob("results/*/*.html"))
    return Parts(first - began, last - first, whole - (last - began))


def steps(folder: Path) -> dict[str, float]:
    """Seconds of each step of a run, without the start of its process."""
    found = {}
    for path in sorted(folder.glob("results/*/reports/*.json")):
        found[path.stem] = json.loads(path.read_text())["seconds"]
    return dict(sorted(found.items(), key=lambda item: -item[1]))


async def compare(ours: Ours, proteins: Proteins, folder: Path, count: int, repeat: int) -> None:
    """Both in turn, after one uncounted run of each."""
    runs: list[Parts] = []
    uploads: list[float] = []
    for number in range(repeat + 1):
        uploads.append(await ours.upload(proteins.file(count)))
        parts = await asyncio.to_thread(by_command, folder / str(number), proteins.file(count))
        runs.append(parts)
    for name in ("plan", "jobs", "end", "whole"):
        print(f"{name:<28} {median(getattr(each, name) for each in runs[1:]):8.2f} s")
    for name, seconds in list(steps(folder / str(repeat)).items())[:3]:
        print(f"step {name:<23} {seconds:8.2f} s")
    print(f"{'upload to a warm gateway':<28} {median(uploads[1:]):8.2f} s")
    value = median(each.whole for each in runs[1:]) / (median(uploads[1:]) + ALLOWED_SECONDS)
    print(f"ratio cli-{count} {value:.3f} {TARGET}", flush=True)


def print_floors() -> None:
    """What no run can be below: Snakemake's imports, and those of the steps."""
    loads = "from steps.preload import modules; [__import__(n) for n in modules.names()]"
    for name, code in (("import snakemake.cli", "import snakemake.cli"), ("load steps", loads)):
        started = time.monotonic()
        subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
        print(f"floor: {name:<21} {time.monotonic() - started:8.2f} s")


async def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--proteins", type=int, default=1000)
    options.add_argument("--repeat", type=int, default=3)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        configure(folder, PREP_EMBEDDER="kmers", XDG_CACHE_HOME=str(folder / "cache"))
        async with serving(folder) as (port, _):
            ours = Ours(port, folder / "gateway")
            await ours.warm()
            proteins = Proteins()
            await compare(ours, proteins, folder, arguments.proteins, arguments.repeat)
        print(f"{psutil.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
        print_floors()


if __name__ == "__main__":
    asyncio.run(main())
