"""Rules in terms of Snakemake: params and resources of jobs, and the environment that jobs run in.

The only module of `steps` that knows Snakemake; the steps themselves are plain commands.
"""

import hashlib
import os
import re
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

from steps.annotate.groups import is_table
from steps.annotate.remote.catalogue import REFERENCE_FOLDER, expand, sources_of
from steps.config import defaults
from steps.config.embeddings import given_files
from steps.config.model import Config
from steps.config.onto import check_not_itself
from steps.config.paths import content_of
from steps.config.references import References
from steps.embed.models import OWN
from steps.embed.models.catalogue import file_name
from steps.errors import StepError
from steps.hdf5.names import count_datasets, split_name
from steps.optional.statistics import AUTO
from steps.project import methods
from steps.retrieve.queries import is_query
from steps.shards import count_records


class Inputs(Protocol):
    """Input files of a job, as Snakemake passes them to functions of a rule."""

    size_mb: float


class Wildcards(Protocol):
    """Wildcards of rules."""

    dataset: str
    embedder: str


class Projected(Protocol):
    """Wildcards of rule project."""

    method: str


#: Folder of links to files whose paths have braces, in the working directory.
_LINKS = Path(".inputs")
_BRACES = re.compile("[{}]|<(?=[a-z][a-z0-9_]*>)")

#: Folder of references that are embedded, in the working directory.
REFERENCE_SET = ".references"

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


def count_proteins(path: str) -> int:
    """Return how many proteins a FASTA file, or a file of embeddings, has at most.

    Raises:
        OSError, StepError: the file cannot be read.
    """
    return count_datasets(Path(path)) if split_name(path) else count_records(path)


def gpus(config: Config) -> Callable[[Wildcards], int]:
    """Return a function for `resources`: the GPUs that an embed job needs on a cluster."""
    return lambda wildcards: int(config.backend == "local" and wildcards.embedder not in OWN)


def gpus_of_projection(config: Config) -> Callable[[Projected], int]:
    """Return a function for `resources`: the GPUs that a project job needs on a cluster."""
    return lambda wildcards: int(
        config.device == "cuda"
        and methods.split_method(wildcards.method)[0] in methods.WITH_NEIGHBORS
    )


def plain_path(path: str) -> str:
    """Return a path without braces: itself, or that of a link to it in the working directory.

    Snakemake takes `{x}` in a path for a wildcard and `<x>` for a variable, and knows no escape.

    Raises:
        OSError: the link cannot be made.
    """
    if not _BRACES.search(path):
        return path
    digest = hashlib.sha256(path.encode()).hexdigest()[:16]
    link = _LINKS / digest / _BRACES.sub("_", Path(path).name)
    link.parent.mkdir(parents=True, exist_ok=True)
    if not link.is_symlink():
        link.symlink_to(path)
    return str(link)


def source_of(source: str) -> str:
    """Return a query as it is, and a path without braces.

    Raises:
        OSError: a link cannot be made.
    """
    return source if is_query(source) else plain_path(source)


def files_among(datasets: dict[str, str]) -> dict[str, str]:
    """Return those of the data sets that are files, not queries."""
    return {name: source for name, source in datasets.items() if not is_query(source)}


def content_in(files: dict[str, str], more: Sequence[str] = ()) -> Callable[[Wildcards], str]:
    """Return a function for `params`: what is in the file of a data set, if it has one of these.

    A file that an older one replaced is another one.

    Args:
        files: data set -> its file.
        more: files that all data sets have.
    """
    return lambda wildcards: content_of(
        *[files[name] for name in files if name == wildcards.dataset], *more
    )


def check_folder(folder: Path) -> None:
    """Check that Snakemake can work in a folder.

    Raises:
        StepError: INVALID_INPUT, for braces in its path.
    """
    if "{" in str(folder) or "}" in str(folder):
        raise StepError(
            "INVALID_INPUT",
            f"Snakemake cannot work in {folder}, as it takes braces in paths for wildcards. "
            "Choose another --directory, or rename that one.",
        )


def check_names(names: Collection[str], config: Config) -> None:
    """Check that no two rules would write the same file for a data set, and none over its map.

    Raises:
        StepError: INVALID_INPUT.
    """
    check_not_itself(config.onto, names, Path.cwd())
    if config.export and config.transferred and "transferred" in names:
        raise StepError(
            "INVALID_INPUT",
            "Of a data set 'transferred', the table of 'export' and that of 'transfer' would be "
            "one file, transferred.tsv. Rename the data set, or leave one of the keys out.",
        )


def reachable(config: Config) -> Config:
    """Return the configuration with paths that Snakemake takes as they are."""
    tables = [plain_path(name) if is_table(name) else name for name in config.annotations]
    keys = ("models", "styles", "onto", "without")
    paths = {key: plain_path(getattr(config, key)) for key in keys}
    embeddings = [_plain_but_name(text) for text in config.embeddings]
    parts = [_plain_but_name(text) for text in config.input_parts]
    files = {"embeddings": embeddings, "input": ",".join(parts) or config.input}
    return config.model_copy(update={"annotations": tables, **paths, **files})


def _plain_but_name(text: str) -> str:
    (file,) = given_files([text])
    return f"{plain_path(file.path)}:{file.name}"


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


def retrieval_options(config: Config) -> list[str]:
    """Return what makes step retrieve ask UniProt again, as options of it."""
    return ["--refetch", "uniprot"] if "uniprot" in config.refetch else []


def retrieval_limits(config: Config) -> Parameter:
    """Return a function for `params`: options that refuse or allow a retrieval, not its result."""
    options = _options(config, "max_proteins", "query_days")
    if config.max_sequences is not None:
        options += _options(config, "max_sequences")
    return _without_rerun(options)


def embedding_options(config: Config) -> list[str]:
    """Return what decides the embeddings of a language model, as options of step embed."""
    return _options(config, "backend", "biocentral_url", "models")


def given_options(config: Config) -> Callable[[Wildcards], list[str]]:
    """Return a function for `params`: options of step embed for an embedder's files."""
    parts = given_files([*config.input_parts, *config.embeddings])
    options = {
        file_name(name): [_option("name", name), _option("missing", config.missing)]
        for _, name in parts
    }
    return lambda wildcards: options.get(wildcards.embedder, [])


def name_options(config: Config) -> list[str]:
    """Return the embedders of files that are the input, as options of step normalize."""
    names = [file.name for file in given_files(config.input_parts)]
    return ["--names", *names] if names else []


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


def cell_options(config: Config) -> list[str]:
    """Return what decides the cells of annotations, as options of step annotate."""
    options = annotation_options(config)
    return options if config.scores else [*options, "--no-scores"]


def projection_options(config: Config) -> list[str]:
    """Return the parameters that all methods share, as options of step project."""
    options = _options(config, "metric", "n_neighbors", "min_dist", "random_state")
    # Only where it is no default: what was projected before this key is not projected again.
    return options if config.device == defaults.DEVICE else [*options, f"--device={config.device}"]


def index_options(config: Config, embedder: str) -> list[str]:
    """Return where cells of a large map are kept, as options of steps that search neighbours."""
    return [_option("index", config.onto_map.index(embedder))] if config.onto_map else []


def added_name(config: Config) -> Callable[[Wildcards], str]:
    """Return a function for `params`: under which name new proteins join a map."""
    return lambda wildcards: config.added or wildcards.dataset


def label_options(config: Config) -> list[str]:
    """Return by which labels of a map proteins are compared that are placed on it again."""
    found = config.onto_map
    names = [*config.transferred, *found.labels] if found else []
    return [_option("labels", found.annotations), "--label", *names] if found and names else []


def statistics_options(config: Config) -> list[str]:
    """Return what is scored and how clusters are found, as options of step statistics."""
    options = ["--score", *config.statistics_annotations, "--clustering", *config.clustering]
    if "hdbscan" in config.clustering:
        options += _options(config, "min_cluster_size")
    # Only named annotations may be missing from those that were asked for.
    if config.statistics_annotations != [AUTO]:
        options += ["--requested", *config.annotations]
    return options + _options(
        config, "cluster_selection", "cluster_space", "metric", "random_state"
    )


def transfer_options(config: Config) -> list[str]:
    """Return how labels are transferred, as options of step transfer."""
    options = ["--transfer", *config.transferred, "--requested", *config.annotations]
    if not config.transfer:
        options.append("--automatic")
    options.append(_option("neighbors", config.transfer_neighbors))
    # Only where they are no default: what was transferred before these keys stays as it is.
    if config.transfer_metric != defaults.TRANSFER_METRIC:
        options.append(_option("metric", config.transfer_metric))
    if config.transfer_max_distance is not None:
        options.append(_option("max-distance", config.transfer_max_distance))
    options += ["--skip-distant"] if config.transfer_skip_distant else []
    filters = {"queries": config.transfer_queries, "only-references": config.transfer_references}
    # A word of its own each, with its option: a text may begin with a dash.
    return options + [_option(name, text) for name, texts in filters.items() for text in texts]


def reference_files(config: Config) -> References | None:
    """Return the files of `references` as Snakemake takes them; those of a FASTA file are made."""
    if (found := config.reference_set) is None:
        return None
    made = f"{REFERENCE_SET}/embeddings/{config.embedder_files[0]}.h5", config.embedders[0]
    path, name = split_name(found.embeddings) or made
    embeddings = f"{plain_path(path)}:{name}" if name else plain_path(path)
    labels = [plain_path(file) for file in found.labels]
    return References(plain_path(found.source), embeddings, labels)


def reference_paths(found: References | None) -> list[str]:
    """Return the paths of the files of references."""
    if found is None:
        return []
    (embeddings,) = given_files([found.embeddings])
    return list(dict.fromkeys([found.source, embeddings.path, *found.labels]))


def reference_options(found: References | None) -> list[str]:
    """Return where labels come from that the input does not have, as options of step transfer."""
    if found is None:
        return []
    options = [_option("references", found.source)]
    options.append(_option("reference-embeddings", found.embeddings))
    return [*options, "--reference-labels", *found.labels]


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
