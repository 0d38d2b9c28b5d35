"""Rules in terms of Snakemake: params and resources of jobs, and the environment that jobs run in.

The only module of `steps` that knows Snakemake; the steps themselves are plain commands.
"""

import hashlib
import os
import re
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from steps.annotate.groups import is_table
from steps.annotate.remote.catalogue import REFERENCE_FOLDER, expand, sources_of
from steps.config import defaults
from steps.config.model import Config
from steps.embed.models import OWN
from steps.errors import StepError
from steps.project import methods


class Inputs(Protocol):
    """Input files of a job, as Snakemake passes them to functions of a rule."""

    size_mb: float


class Wildcards(Protocol):
    """Wildcards of rule embed."""

    embedder: str


class Projected(Protocol):
    """Wildcards of rule project."""

    method: str


#: Folder of links to files whose paths have braces, in the working directory.
_LINKS = Path(".inputs")

Parameter = Callable[[object, object], list[str]]


def growing(base: int, per_megabyte: float = 0) -> Callable[[object, Inputs, int], int]:
    """Return a function for `resources`: `base` plus `per_megabyte` for each MB of inputs.

    The amount is multiplied by the attempt, so that a job that failed gets more. Snakemake matches
    the function's parameters by name.
    """

    def amount(wildcards: object, input: Inputs, attempt: int) -> int:
        megabytes = input.size_mb if per_megabyte else 0
        return int(attempt * (base + per_megabyte * megabytes))

    return amount


def gpus(config: Config) -> Callable[[Wildcards], int]:
    """Return a function for `resources`: the GPUs that an embed job needs on a cluster."""
    return lambda wildcards: int(config.backend == "local" and wildcards.embedder not in OWN)


def gpus_of_projection(config: Config) -> Callable[[Projected], int]:
    """Return a function for `resources`: the GPUs that a project job needs on a cluster."""
    return lambda wildcards: int(
        config.device == "cuda"
        and methods.split_method(wildcards.method)[0] in methods.WITH_NEIGHBORS
    )


def without_braces(path: str) -> str:
    """Return a path without braces: itself, or that of a link to it in the working directory.

    Snakemake takes `{x}` in a path for a wildcard, and knows no escape.

    Raises:
        OSError: the link cannot be made.
    """
    if not _has_braces(path):
        return path
    digest = hashlib.sha256(path.encode()).hexdigest()[:16]
    link = _LINKS / digest / re.sub(r"[{}]", "_", Path(path).name)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(path)
    return str(link)


def check_folder(folder: Path) -> None:
    """Check that Snakemake can work in a folder.

    Raises:
        StepError: INVALID_INPUT, for braces in its path.
    """
    if _has_braces(str(folder)):
        raise StepError(
            "INVALID_INPUT",
            f"Snakemake cannot work in {folder}, as it takes braces in paths for wildcards. "
            "Choose another --directory, or rename that one.",
        )


def _has_braces(path: str) -> bool:
    return "{" in path or "}" in path


def reachable(config: Config) -> Config:
    """Return the configuration with paths that Snakemake takes as they are."""
    tables = [without_braces(name) if is_table(name) else name for name in config.annotations]
    paths = {"models": without_braces(config.models), "styles": without_braces(config.styles)}
    return config.model_copy(update={"annotations": tables, **paths})


def unformatted(value: str) -> Callable[[object], str]:
    """Return a function for `params`: in a plain value, Snakemake would replace wildcards."""
    return lambda wildcards: value


def embedding_threads(config: Config) -> int:
    """Return the threads of an embed job; Snakemake lowers them to the cores it has."""
    return 16 if config.backend == "local" else 1


def limit_options(config: Config) -> list[str]:
    """Return the FASTA limits as options of step normalize."""
    limits = asdict(config.limits)
    return [_option(name, value) for name, value in limits.items() if value is not None]


def embedding_options(config: Config) -> list[str]:
    """Return what decides the embeddings of a language model, as options of step embed."""
    return _options(config, "backend", "biocentral_url", "models")


def annotation_options(config: Config) -> list[str]:
    """Return what decides the annotations, as options of steps annotate and annotate_shard."""
    options = ["--annotations", *config.annotations, *_options(config, "annotation_days")]
    options += ["--refetch", *config.refetch] if config.refetch else []
    if config.models and config.asks_sources:
        options.append(_option("references", Path(config.models) / REFERENCE_FOLDER))
    if "biocentral" in sources_of(expand(config.annotations)):
        # Without predictions, another address must not rerun the step.
        options += _options(config, "biocentral_url")
    return [*options, "--strict"] if config.strict_annotations else options


def projection_options(config: Config) -> list[str]:
    """Return the parameters that all methods share, as options of step project."""
    options = _options(config, "metric", "n_neighbors", "min_dist", "random_state")
    # Only where it is no default: what was projected before this key is not projected again.
    return options if config.device == defaults.DEVICE else [*options, f"--device={config.device}"]


def transfer_options(config: Config) -> list[str]:
    """Return how labels are transferred, as options of step transfer."""
    options = ["--transfer", *config.transfer, "--requested", *config.annotations]
    options.append(_option("neighbors", config.transfer_neighbors))
    limit = config.transfer_max_distance
    return options if limit is None else [*options, _option("max-distance", limit)]


def cache_options(config: Config) -> Parameter:
    """Return a function for `params`: options that affect caching, not results."""
    options = _options(config, "cache", "cache_days", "cache_gigabytes")
    return _without_rerun([*options, "--offline"] if config.offline else options)


def request_options(config: Config) -> Parameter:
    """Return a function for `params`: options that affect requests to Biocentral, not results."""
    return _without_rerun(_options(config, "requests_in_flight"))


def _without_rerun(options: list[str]) -> Parameter:
    """Return a function for `params` that gives `options` and whose changes rerun no job.

    Snakemake takes what a function derives from `output` for no reason to run a job again.
    """

    def given(wildcards: object, output: object) -> list[str]:
        return options

    return given


def _options(config: Config, *names: str) -> list[str]:
    return [_option(name, getattr(config, name)) for name in names]


def _option(name: str, value: object) -> str:
    """Return a key and its value as one word of a command line."""
    return f"--{name.replace('_', '-')}={value}"


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
