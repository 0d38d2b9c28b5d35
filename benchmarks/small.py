"""Run the benchmarks with less work; fail if a ratio stays above twice its target.

Other work on a machine can multiply the seconds of one run, but seldom those of three. So what is
above, or fails, runs again, and counts at its best.
"""

import math
import re
import subprocess
import sys
from pathlib import Path

RUNS, MOST, MOST_ABSOLUTE = 3, 2.0, 8.0
#: Figures that are seconds or rates, or depend on how many cores are free, and compare with nothing
#: else that ran on the same machine.
ABSOLUTE = re.compile("second|percent|-ms$|^grow-|^five-at-once$")
COMMANDS = """
project.py --sizes 1000 --repeat 1
end_to_end.py --sizes 1000 --repeat 1
gateway.py --repeat 1
cli.py --repeat 1
reuse.py --sequences 100
annotate.py --accessions 1000
query.py --proteins 1000
scale.py --sizes 1000 10000
storage.py --proteins 10000 --repeat 9
embedders.py --proteins 2000
grow.py --scale 0.1 --repeat 1
"""


def ratios_of(script: str, *arguments: str) -> dict[str, tuple[float, float]]:
    """Run a benchmark and pass on what it prints; return value and target of each ratio."""
    path = Path(__file__).with_name(script)
    found = {}
    command = [sys.executable, path, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            words = line.split()
            if words[:1] == ["ratio"] and len(words) == 4:
                found[words[1]] = float(words[2]), float(words[3])
    if process.returncode or not found:
        print(f"{script} ended with status {process.returncode} and {len(found)} ratios")
        found[script] = math.inf, 1.0
    return found


def is_high(name: str, value: float, target: float) -> bool:
    most = MOST_ABSOLUTE if ABSOLUTE.search(name) else MOST
    return value > most * target


def too_high(script: str, *arguments: str) -> set[str]:
    """Return the ratios that are too high in each of three runs."""
    high = None
    for _ in range(RUNS):
        ratios = ratios_of(script, *arguments)
        above = {name for name, ratio in ratios.items() if is_high(name, *ratio)}
        high = above if high is None else high & above
        if not high:
            return set()
        print(f"too high: {', '.join(sorted(high))}", flush=True)
    return high


def main() -> None:
    """Run all; fail in the end, so that all figures are seen."""
    high = {name for line in COMMANDS.split("\n") if line for name in too_high(*line.split())}
    if high:
        sys.exit(f"too high in each of {RUNS} runs: {', '.join(sorted(high))}")


if __name__ == "__main__":
    main()
