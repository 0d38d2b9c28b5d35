"""What jobs need in their environment, wherever they run."""

import os
import sys
from pathlib import Path


def reach_steps() -> None:
    """Let the jobs' `python -m steps...` find the steps, and the Python that runs this.

    Conda environments put themselves before it.
    """
    _prepend("PYTHONPATH", Path(__file__).resolve().parent.parent)
    _prepend("PATH", Path(sys.executable).parent)


def _prepend(variable: str, folder: Path) -> None:
    folders = os.environ.get(variable, "").split(os.pathsep)
    kept = [name for name in folders if name and name != str(folder)]
    os.environ[variable] = os.pathsep.join([str(folder), *kept])
