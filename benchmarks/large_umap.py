"""UMAP of 100,000 and of 573,000 proteins (Swiss-Prot has as many) x 1,024, HDF5 to parquet.

The embeddings are simulated (plm_like.py). Printed are our step beside `protspace project -m umap2`
(for 100,000), how CPU seconds grow, peak memory, the recall of neighbours as the step reports it,
and where the time goes, with a floor of each part: the same reading, multiplications or random
reads, and nothing else.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from math import log
from pathlib import Path

import plm_like
from measure import ROOT

DIMENSIONS, NEIGHBOURS = 1024, 25
SMALL, LARGE = 100_000, 573_000
MINUTES, RECALL, EXPONENT, AGAINST_PROTSPACE = 8, 0.98, 1.15, 0.10


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a process, and its peak memory in bytes."""

    wall: float
    cpu: float
    memory: float


def run(command: list[str]) -> Cost:
    """Run a command to its end; one that fails ends the benchmark."""
    started = time.monotonic()
    quiet = {"stdout": subprocess.DEVNULL, "env": os.environ | {"PYTHONPATH": str(ROOT)}}
    process = subprocess.Popen(command, **quiet)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"failed: {command}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(time.monotonic() - started, cpu, usage.ru_maxrss * 1024)


def ours(source: Path, folder: Path) -> tuple[Cost, dict]:
    """Return what the step costs on two threads, and the parameters that it reports."""
    report = folder / "report.json"
    command = [sys.executable, "-m", "steps", "project", source, "--method", "umap2"]
    command += ["--threads", "2", "--n-neighbors", NEIGHBOURS, "--report", report]
    cost = run([*map(str, command), "--output", str(folder / "map.parquet")])
    return cost, json.loads(report.read_text())["parameters"]


def protspace(source: Path, folder: Path) -> Cost:
    script = str(Path(sys.executable).with_name("protspace"))
    return run([script, "project", "-i", str(source), "-m", "umap2", "-o", str(folder / "theirs")])


def print_row(name: str, cost: Cost) -> None:
    memory = f"{cost.memory / 2**30:.1f} GB"
    print(f"{name:<36} {cost.wall:8.1f} s wall {cost.cpu:8.1f} s CPU {memory:>9}", flush=True)


def print_ratio(name: str, count: int, value: float, target: float) -> None:
    print(f"ratio umap-{count // 1000}k{name} {value:.3f} {target}", flush=True)


def print_parts(source: Path) -> None:
    """Print the parts of the step, in a process of its own, with floors."""
    command = [sys.executable, str(Path(__file__).with_name("umap_parts.py")), str(source)]
    subprocess.run(command, check=True, env=os.environ | {"PYTHONPATH": str(ROOT)})


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs=2, default=[SMALL, LARGE])
    options.add_argument("--without-protspace", action="store_true")
    arguments = options.parse_args()
    costs = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for count in arguments.sizes:
            source = folder / f"{count}.h5"
            plm_like.write(source, count, DIMENSIONS)
            cost, found = ours(source, folder)
            print_row(f"{count} x {DIMENSIONS}, steps project", cost)
            print(f"neighbours: {found}")
            if count == arguments.sizes[0] and not arguments.without_protspace:
                theirs = protspace(source, folder)
                print_row(f"{count} x {DIMENSIONS}, protspace project", theirs)
                print_ratio("", count, cost.wall / theirs.wall, AGAINST_PROTSPACE)
            costs.append(cost)
        print_parts(source)
    grown = log(costs[1].cpu / costs[0].cpu) / log(arguments.sizes[1] / arguments.sizes[0])
    allowed = 3 * count * DIMENSIONS * 4 + 2**30
    print(f"ratio umap-growth {grown:.3f} {EXPONENT}")
    print_ratio("-minutes", count, cost.wall / 60, MINUTES)
    print_ratio("-memory", count, cost.memory / allowed, 1.0)
    print_ratio("-recall", count, RECALL / found.get("recall", 1), 1.0)


if __name__ == "__main__":
    main()
