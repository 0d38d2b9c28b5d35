"""Import modules in a process of their own: some set up logging for the whole process."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def import_all(names: Iterable[str], attribute: str = "__name__") -> None:
    """Fail unless each module can be imported and has the attribute."""
    lines = [f"import {name}; {name}.{attribute}" for name in names]
    command = [sys.executable, "-c", "\n".join(lines)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
