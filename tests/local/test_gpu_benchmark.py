"""The benchmark that is kept ready for a GPU runs without one."""

import subprocess
import sys

import pytest

from tests.support.docs_commands import ROOT

pytestmark = pytest.mark.local


def test_all_parts_run_on_the_cpu():
    command = [sys.executable, "benchmarks/gpu.py", "--device", "cpu", "--small"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    ratios = {line.split()[1] for line in ended.stdout.splitlines() if line.startswith("ratio")}
    assert {"local-cpu-tiny-esm", "gpu-memory-split", "gpu-search-missed"} <= ratios
