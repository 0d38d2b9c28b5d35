"""What rules need of Snakemake's own: resources of jobs, and the environment that jobs run in.

The only module of `steps` that knows Snakemake; the steps themselves are plain commands.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path


def growing(base: int, per_megabyte: float = 0) -> Callable[..., int]:
    """Return a function for `resources`: `base` plus `per_megabyte` for each MB of inputs.

    The amount is multiplied by the attempt, so that a job that failed gets more. The function's
    parameters are those that Snakemake gives to functions of a rule's resources.
    """

    def amount(wildcards: object, input, attempt: int) -> int:
        megabytes = input.size_mb if per_megabyte else 0
        return int(attempt * (base + per_megabyte * megabytes))

    return amount


def reach_steps() -> None:
    """Let the jobs' `python -m steps` find this package, and the Python that runs this process.

    Conda environments put themselves before it.
    """
    _prepend("PYTHONPATH", Path(__file__).resolve().parent.parent)
    _prepend("PATH", Path(sys.executable).parent)


def _prepend(variable: str, folder: Path) -> None:
    folders = os.environ.get(variable, "").split(os.pathsep)
    kept = [name for name in folders if name and name != str(folder)]
    os.environ[variable] = os.pathsep.join([str(folder), *kept])
