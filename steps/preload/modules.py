"""The one list of what is loaded before a run needs it."""

from importlib import import_module

from steps.__main__ import STEPS
from steps.annotate.groups import GROUPS
from steps.embed.models import BACKENDS, OWN

#: Steps of a usual run.
_USUAL = ("normalize", "embed", "annotate", "project", "bundle", "provenance")
#: Modules that these import when they come to it.
_LATE = (
    *OWN.values(),
    BACKENDS["biocentral"],
    *GROUPS.values(),
    "steps.annotate.remote.columns",
    "steps.cache.cache",
    "steps.project.umap.reducer",
)
_LIBRARIES = (
    "faiss",
    "h5py",
    "protspace.data.io.bundle",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sklearn.decomposition",
    "sqlalchemy.dialects.sqlite",
)
#: Modules that Snakemake, our rules and our logger plugin import after the start of a run.
OF_RUNS = (
    "argparse_dataclass",
    "graphlib",
    "platformdirs",
    "smart_open",
    "snakemake.benchmark",
    "snakemake.profiles",
    "snakemake.report.html_reporter",
    "snakemake.storage",
    "snakemake_logger_plugin_runlog",
    "steps.config.datasets",
    "steps.config.model",
    "steps.shards",
    "steps.workflow",
)
#: Packages whose versions the reports of steps give.
PACKAGES = (
    *("biocentral-api", "biopython", "faiss-cpu", "h5py", "numba", "numpy", "protspace"),
    *("pyarrow", "scikit-learn", "scipy", "snakemake", "umap-learn"),
)
OF_STEPS = (*(STEPS[name] for name in _USUAL), *_LATE, *_LIBRARIES)


def load(names: tuple[str, ...]) -> None:
    """Import modules by name.

    Raises:
        ModuleNotFoundError: there is none of a name.
    """
    for name in names:
        import_module(name)
