"""Import what the steps of a run import, before they are forked.

All names are in `names`; a test imports them, and fails where a step imports any other module.
"""

from importlib import import_module

from steps import cli
from steps.__main__ import STEPS
from steps.annotate.groups import GROUPS
from steps.config import defaults
from steps.embed import models
from steps.project import methods

#: Steps of an upload's run; optional branches and shards are rare.
USUAL = ("normalize", "embed", "annotate", "project", "rank", "bundle", "provenance")
#: Modules of ours that a step imports only once it needs them.
_ON_DEMAND = (
    "steps.annotate.remote.columns",
    "steps.annotate.remote.predictions",
    "steps.cache.run_cache",
    "steps.embed.models.biocentral_embeddings",
)
#: The same of libraries.
_LIBRARIES = (
    "Bio.SeqUtils.ProtParam",
    "faiss",
    "h5py",
    "protspace.data.io.bundle",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sklearn.decomposition",
    "sqlalchemy.dialects.sqlite",
)
#: Packages whose versions the reports of these steps give.
PACKAGES = (
    *("biocentral-api", "biopython", "faiss-cpu", "h5py", "numba", "numpy", "protspace"),
    *("pyarrow", "scikit-learn", "scipy", "umap-learn"),
)


def names() -> list[str]:
    """Return the modules that steps of a run import: libraries, steps, and their choices."""
    return [
        *_LIBRARIES,
        *(STEPS[step] for step in USUAL),
        *models.OWN.values(),
        models.BACKENDS[defaults.BACKEND],
        *GROUPS.values(),
        *methods.OWN.values(),
        *_ON_DEMAND,
    ]


def warm() -> None:
    """Import modules, read versions of packages, and load what UMAP has compiled."""
    for name in names():
        import_module(name)
    for name in PACKAGES:
        cli.version(name)
    import tqdm

    from steps.preload.warmup import project_sample

    # Its thread would not survive a fork.
    tqdm.tqdm.monitor_interval = 0
    project_sample("pca", "umap")
