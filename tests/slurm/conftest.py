"""Tests below a real SLURM: `make test-slurm` starts one."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1] / "workflow"))
