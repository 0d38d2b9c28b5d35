"""Fetching annotations: ours with an empty store and with a full one, against `protspace annotate`.

All ask the same faked services (200 ms for each answer) for the same accessions, in turn. Files of
names (EC, CATH, ...) are on the disk for both, as after a first run; the tables must be the same.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

import pyarrow as pa
import pyarrow.parquet as pq
from measure import ROOT

sys.path.insert(0, str(ROOT))
from tests.fakes.web import FakeWeb

GROUPS = ("default", "taxonomy", "interpro")
TARGETS = {"cold": 0.4, "warm": 0.1}


def write_input(folder: Path, count: int) -> None:
    """The same simulated proteins for both: sequences.parquet and a FASTA file."""
    rng = random.Random(0)
    identifiers = [f"P{10000 + number}" for number in range(count)]
    sequences = ["".join(rng.choices("ACDEFGHIKLMNPQRSTVWY", k=300)) for _ in identifiers]
    lengths = pa.array([300] * count, pa.int64())
    table = {"protein_id": identifiers, "sequence": sequences, "length": lengths}
    pq.write_table(pa.table(table), folder / "sequences.parquet")
    records = zip(identifiers, sequences, strict=True)
    (folder / "x.fasta").write_text("".join(f">sp|{name}|X\n{it}\n" for name, it in records))


def timed(command: list, folder: Path, environment: dict[str, str]) -> float:
    started = time.monotonic()
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(f"{command} failed:\n{ended.stderr[-2000:]}")
    return time.monotonic() - started


def ours(folder: Path, environment: dict[str, str], store: str) -> float:
    command = [sys.executable, "-m", "steps", "annotate", "sequences.parquet", "--annotations"]
    command += [*GROUPS, "--cache", str(folder / store), "--output", "ours.parquet"]
    return timed(command, folder, environment)


def protspace(folder: Path, environment: dict[str, str]) -> float:
    groups = [option for group in GROUPS for option in ("-a", group)]
    program = Path(sys.executable).with_name("protspace")
    command = [program, "annotate", "-i", "x.fasta", *groups, "-o", "theirs.parquet"]
    return timed(command, folder, environment)


def same(folder: Path) -> bool:
    """Whether both tables hold the same cells; numbers of ours are text in the other."""
    mine, theirs = (
        pq.read_table(folder / name).to_pandas() for name in ("ours.parquet", "theirs.parquet")
    )
    theirs = theirs.set_index(theirs.columns[0]).reindex(mine["protein_id"]).fillna("")
    mine = mine.set_index("protein_id").fillna("")
    return all((mine[name].map(_text) == theirs[name].map(_text)).all() for name in mine.columns)


def _text(cell: object) -> str:
    """Return a cell as text; pandas makes whole numbers with gaps floats."""
    return f"{cell:g}" if isinstance(cell, float) else str(cell)


def benchmark(folder: Path, count: int, repeat: int) -> None:
    write_input(folder, count)
    times: dict[str, list[float]] = {"cold": [], "warm": [], "protspace": []}
    with FakeWeb() as web:
        environment = os.environ | web.environment
        environment |= {"HOME": str(folder), "PYTHONPATH": str(ROOT)}
        ours(folder, environment, "first.sqlite")
        for service in web.services.values():
            service.latency = 0.2
        for number in range(repeat):
            times["protspace"].append(protspace(folder, environment))
            times["cold"].append(ours(folder, environment, f"{number}.sqlite"))
            times["warm"].append(ours(folder, environment, f"{number}.sqlite"))
    print(f"\n{count} accessions, {', '.join(GROUPS)}; 200 ms an answer; median of {repeat}")
    for name, seconds in times.items():
        print(f"{name:<10} {median(seconds):8.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})")
    print(f"The tables hold {'the same cells' if same(folder) else 'DIFFERENT CELLS'}.")
    # The targets are those of 5,000: with fewer, starting up weighs more.
    size = "" if count == 5000 else f"-{count}"
    for name, target in TARGETS.items():
        value = median(times[name]) / median(times["protspace"])
        print(f"ratio annotate-{name}{size} {value:.3f} {target}", flush=True)
    if not same(folder):
        sys.exit(1)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--accessions", type=int, default=5000)
    options.add_argument("--repeat", type=int, default=1)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        benchmark(Path(folder), arguments.accessions, arguments.repeat)


if __name__ == "__main__":
    main()
