"""How time and memory of each step grow with the number of proteins.

Each step runs as the pipeline runs it, a process of its own, on generated families with the
embedder `composition`. Growth is that of CPU seconds, which other work on the machine changes less
than wall time.
"""

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from measure import ROOT

RESIDUES = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", dtype=np.uint8)
MEMBERS, MEAN_LENGTH, DIMENSIONS = 50, 350, 420
#: Those that must grow at most like n^1.1; a neighbour search, which is exact, does not.
LINEAR, EXPONENT = ("normalize", "embed", "annotate", "bundle"), 1.1
#: CPU seconds below which a difference of two processes says nothing.
NOISE = 0.15


@dataclass(frozen=True)
class Cost:
    """Wall and CPU seconds of a process, and its peak memory in MB."""

    wall: float
    cpu: float
    megabytes: float


def write_families(path: Path, count: int) -> None:
    """FASTA of families of 50: each an ancestor with a composition of its own, 30 % changed."""
    rng = np.random.default_rng(count)
    with path.open("wb") as file:
        for start in range(0, count, MEMBERS):
            shares = rng.dirichlet(np.full(20, 3.0))
            length = int(np.clip(rng.lognormal(math.log(MEAN_LENGTH), 0.5), 40, 2000))
            shape = (min(MEMBERS, count - start), length)
            drawn = rng.choice(20, size=(shape[0] + 1, length), p=shares)
            members = RESIDUES[np.where(rng.random(shape) < 0.3, drawn[1:], drawn[0])]
            family = start // MEMBERS
            told = f"Simulated family {family} OS=Exemplum {family % 97} OX={family % 997} PE=3"
            for number, member in enumerate(members, start):
                header = f">sp|P{number:06d}|F{number}_SIMUL {told} SV=1\n"
                file.write(header.encode() + member.tobytes() + b"\n")


def steps(folder: Path, methods: list[str]) -> dict[str, list[str]]:
    """The command line of each step, in the order of the pipeline."""
    table, vectors = str(folder / "sequences.parquet"), str(folder / "composition.h5")
    annotations = str(folder / "annotations.parquet")
    maps = {method: str(folder / f"{method}.parquet") for method in methods}
    out = ["--output"]
    own = ["--annotations", "header", "sequence", "--cache", "none", *out, annotations]
    fasta = ["--fasta", str(folder / "sequences.fasta"), "--table", table]
    return {
        "normalize": [str(folder / "x.fasta"), *fasta],
        "embed": [table, "--embedder", "composition", *out, vectors],
        "annotate": [table, *own],
        **{name: [vectors, "--method", name, *out, path] for name, path in maps.items()},
        "bundle": [
            *("--annotations", annotations, "--projections", *maps.values()),
            *(*out, str(folder / "x.parquetbundle")),
        ],
        "preview": [maps[methods[0]], "--annotations", annotations, *out, str(folder / "x.svg")],
    }


def measured(step: str, arguments: list[str]) -> Cost:
    """Run a step to its end; one that fails ends the benchmark with what it said."""
    name = "project" if "--method" in arguments else step
    command = [sys.executable, "-m", "steps", name, *arguments]
    started = time.monotonic()
    process = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(ROOT)})
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{step} failed: {command}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(time.monotonic() - started, cpu, usage.ru_maxrss / 1024)


def benchmark(count: int, methods: list[str]) -> dict[str, Cost]:
    """Costs by step for so many proteins, printed as they come."""
    costs = {}
    print(f"\n{count} proteins    wall s     CPU s  peak MB", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        write_families(Path(folder, "x.fasta"), count)
        for step, arguments in steps(Path(folder), methods).items():
            costs[step] = cost = measured(step, arguments)
            numbers = f"{cost.wall:9.2f} {cost.cpu:9.2f} {cost.megabytes:8.0f}"
            print(f"{step:<12} {numbers}", flush=True)
    return costs


def exponents(sizes: list[int], cpu: list[float]) -> tuple[float, float]:
    """x of n^x between the two largest sizes: as measured, and without the start of the process.

    Three sizes with one ratio r tell it: (c + a n^x) has differences of r^x, whatever c is. Where
    a step hardly grows between the smaller ones, that would be noise: then it is NaN.
    """
    raw = math.log(cpu[-1] / cpu[-2]) / math.log(sizes[-1] / sizes[-2])
    if len(sizes) < 3 or cpu[-2] - cpu[-3] < NOISE or sizes[-1] * sizes[-3] != sizes[-2] ** 2:
        return raw, math.nan
    apart = (cpu[-1] - cpu[-2]) / (cpu[-2] - cpu[-3])
    return raw, math.log(apart) / math.log(sizes[-1] / sizes[-2])


def print_growth(found: dict[int, dict[str, Cost]]) -> None:
    """How each step grows, and what the targets ask for; the larger exponent counts."""
    sizes = sorted(found)
    print(f"\ngrowth to {sizes[-1]} like n^x   measured   without start")
    for step in found[sizes[0]]:
        raw, net = exponents(sizes, [found[size][step].cpu for size in sizes])
        print(f"{step:<28} {raw:8.2f} {net:15.2f}")
        if step in LINEAR:
            worst = raw if math.isnan(net) else max(raw, net)
            print(f"ratio scale-exponent-{step}-{sizes[-1]} {worst:.3f} {EXPONENT}")


def print_memory(count: int, costs: dict[str, Cost]) -> None:
    """The peak of the step that needs most, over three matrices of all vectors and 1 GB."""
    most = max(cost.megabytes for cost in costs.values())
    allowed = 3 * count * DIMENSIONS * 4 / 2**20 + 1024
    print(f"ratio scale-memory-{count} {most / allowed:.3f} 1.0", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000])
    options.add_argument("--methods", nargs="+", default=["pca2", "umap2"])
    arguments = options.parse_args()
    found = {count: benchmark(count, arguments.methods) for count in arguments.sizes}
    if len(found) > 1:
        print_growth(found)
    print_memory(max(found), found[max(found)])


if __name__ == "__main__":
    main()
