"""A UniProt query made into a bundle: ours against `protspace prepare -q`, as whole processes.

Both ask the same faked services (50 ms for each answer, no time for embedding) for the same
query, embedder, projections and annotations, with nothing cached. Files of names (EC, CATH, ...)
and compiled code are on the disk for both.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from measure import ROOT

sys.path.insert(0, str(ROOT))
from tests.fakes.biocentral import FakeBiocentral
from tests.fakes.web import FakeWeb

QUERY, GROUPS = "(family:phospholipase) AND (reviewed:true)", ("default", "taxonomy", "interpro")
LATENCY_SECONDS, TARGET = 0.05, 0.4
BIN = Path(sys.executable).parent


def timed(command: list, folder: Path, environment: dict[str, str]) -> float:
    """Return the seconds of a command in an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    started = time.monotonic()
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    if ended.returncode:
        sys.exit(f"{command} failed:\n{ended.stdout[-2000:]}{ended.stderr[-4000:]}")
    return time.monotonic() - started


def ours(folder: Path, environment: dict[str, str]) -> float:
    command = [BIN / "snakemake", "--snakefile", ROOT / "Snakefile", "--cores", "2", "--config"]
    command += [f"input=uniprot:{QUERY}", "embedders=prot_t5", "methods=pca2,umap2"]
    command += [f"annotations={','.join(GROUPS)}", f"cache={folder / 'cache.sqlite'}"]
    seconds = timed(command, folder, environment)
    print_steps(next(folder.glob("benchmarks/*")))
    return seconds


def print_steps(folder: Path) -> None:
    """Print the seconds of each job, as Snakemake has measured them."""
    for path in sorted(folder.glob("*.tsv")):
        print(f"  {path.stem:<20} {float(path.read_text().splitlines()[1].split()[0]):8.2f} s")


def protspace(folder: Path, environment: dict[str, str]) -> float:
    groups = [option for group in GROUPS for option in ("-a", group)]
    command = [BIN / "protspace", "prepare", "-q", QUERY, "-e", "prot_t5", "-m", "pca2,umap2"]
    return timed([*command, *groups, "-o", "out"], folder, environment)


def benchmark(folder: Path, proteins: int, repeat: int) -> None:
    times: dict[str, list[float]] = {"ours": [], "protspace": []}
    with FakeWeb(biocentral=FakeBiocentral(latency=LATENCY_SECONDS).application) as web:
        environment = os.environ | web.environment | {"HOME": str(folder)}
        web.hits[QUERY] = [f"P{10000 + number}" for number in range(30)]
        ours(folder / "ours", environment)
        web.hits[QUERY] = [f"P{10000 + number}" for number in range(proteins)]
        for service in web.services.values():
            service.latency = LATENCY_SECONDS
        for _ in range(repeat):
            times["protspace"].append(protspace(folder / "protspace", environment))
            web.reset()
            times["ours"].append(ours(folder / "ours", environment))
            asked = web.uniprot.requests
    print(f"\nA query of {proteins} proteins, {', '.join(GROUPS)}; median of {repeat}")
    for name, seconds in times.items():
        print(f"{name:<10} {median(seconds):8.2f} s  ({min(seconds):.2f} to {max(seconds):.2f})")
    print(f"Ours asks UniProt {asked} times, for sequences and annotations together.")
    # The target is that of 5,000: with fewer, starting up weighs more.
    size = "" if proteins == 5000 else f"-{proteins}"
    print(f"ratio query{size} {median(times['ours']) / median(times['protspace']):.3f} {TARGET}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--proteins", type=int, default=5000)
    options.add_argument("--repeat", type=int, default=1)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        benchmark(Path(folder), arguments.proteins, arguments.repeat)


if __name__ == "__main__":
    main()
