"""Time commands as whole processes, side by side."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Cost:
    """Wall seconds, and the peak memory (MB) of all processes together."""

    seconds: float
    megabytes: float


def run_together(*commands: list[str]) -> Cost:
    """Start the commands at once and wait for all; memory is the sum of their peaks."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    started = time.monotonic()
    running = [
        subprocess.Popen(c, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for c in commands
    ]
    usage = [_finish(process) for process in running]
    return Cost(time.monotonic() - started, sum(usage))


def _finish(process: subprocess.Popen) -> float:
    errors = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(process.args)} failed:\n{errors}")
    return usage.ru_maxrss / 1024


def alternate(
    ours: Callable[[], Cost], reference: Callable[[], Cost], repeat: int
) -> tuple[list[Cost], list[Cost]]:
    """Costs of both, in turn, after one uncounted run of each."""
    ours(), reference()
    pairs = [(reference(), ours()) for _ in range(repeat)]
    return [own for _, own in pairs], [other for other, _ in pairs]


def print_row(name: str, costs: list[Cost]) -> None:
    seconds = sorted(cost.seconds for cost in costs)
    print(
        f"{name:<32} {median(seconds):8.2f} s  ({seconds[0]:.2f} to {seconds[-1]:.2f})"
        f" {max(cost.megabytes for cost in costs):8.0f} MB"
    )


def print_ratio(name: str, ours: list[Cost], reference: list[Cost], target: float) -> None:
    """`ratio NAME VALUE TARGET`, of the medians of wall time."""
    value = median(c.seconds for c in ours) / median(c.seconds for c in reference)
    print(f"ratio {name} {value:.3f} {target}", flush=True)
