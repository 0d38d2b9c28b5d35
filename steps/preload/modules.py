"""Import what the steps of a run import, before they are forked.

All names are in `names`; a test imports them, and fails where a step imports any other module.
"""

import warnings
from importlib import import_module

from steps import cli
from steps.__main__ import STEPS
from steps.annotate.groups import GROUPS
from steps.config import defaults
from steps.embed import models
from steps.project import methods

#: Steps of an upload's run; optional branches and shards are rare.
USUAL = (
    *("retrieve", "normalize", "embed", "annotate", "project", "neighbours", "rank", "bundle"),
    "provenance",
)
#: Modules of ours that a step imports only once it needs them.
_ON_DEMAND = (
    "steps.annotate.remote.columns",
    "steps.annotate.remote.predictions",
    "steps.cache.run_cache",
    "steps.embed.models.biocentral_embeddings",
    "steps.project.placing.old_map",
    "steps.retrieve.by_accession",
    "steps.retrieve.by_query",
)
_SQLITE = "sqlalchemy.dialects.sqlite"
#: The same of libraries.
_LIBRARIES = (
    "Bio.SeqUtils.ProtParam",
    "faiss",
    "h5py",
    "protspace.data.io.bundle",
    "pyarrow.dataset",
    "pyarrow.parquet",
    "sklearn.decomposition",
    _SQLITE,
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


#: Modules whose functions Numba compiles: imported where what it compiles is kept.
COMPILED = ("umap.umap_", "steps.project.umap.layout", "steps.project.umap.start")
#: Steps of a run from the command line in the order in which they begin -> what each needs beside
#: its own module. Those of remote sources and rare methods come after all of these.
IN_ORDER = {
    # pyarrow imports pandas by itself, with its first table.
    "normalize": ("pyarrow.parquet", "pandas"),
    "embed": ("h5py", models.OWN["kmers"], "steps.cache.run_cache", _SQLITE),
    "annotate": ("Bio.SeqUtils.ProtParam", *GROUPS.values()),
    "project": ("sklearn.decomposition", methods.OWN["umap"], *COMPILED),
    "rank": (),
    "neighbours": ("faiss",),
    "bundle": ("protspace.data.io.bundle",),
    "preview": ("matplotlib.figure", "matplotlib.backends.backend_svg"),
    "provenance": (),
    "methods": (),
    "html": ("scipy.spatial",),
}


def load(name: str) -> None:
    """Import one of these modules."""
    if name not in COMPILED:
        import_module(name)
        return
    from steps.project.numba_cache import kept_compilations

    with kept_compilations(), warnings.catch_warnings():
        # umap-learn warns that a part of it lacks a library.
        warnings.simplefilter("ignore")
        import_module(name)


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
