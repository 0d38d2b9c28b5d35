"""Compile once what runs would otherwise wait for: `python -m steps.preload.warmup [METHODS]`.

Without names of methods, all that are compiled are.
"""

import sys
import time

from steps.config import defaults
from steps.project import numba_cache, threads

threads.use_one()
numba_cache.use_cache()

_SHARED = {
    "metric": defaults.METRIC,
    "min_dist": defaults.MIN_DIST,
    "random_state": defaults.RANDOM_STATE,
    "n_neighbors": 15,
}


def main() -> None:
    """Compile the methods, and make matplotlib's list of fonts."""
    started = time.monotonic()
    methods = sys.argv[1:]
    project_sample(*(methods or ("umap", "pacmap", "localmap")))
    if not methods:
        _place_sample()
    _list_fonts()
    seconds = time.monotonic() - started
    print(f"Compiled code is ready in {numba_cache.cache_folder()} ({seconds:.0f} s).")


def project_sample(*methods: str) -> None:
    """Project random embeddings, which compiles the code of the methods or loads it."""
    import numpy as np

    from steps.project.step import DEFAULTS, reduce

    data = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    for method in methods:
        reduce(data, method, DEFAULTS | _SHARED)


def _place_sample() -> None:
    """Place random embeddings on a map."""
    import numpy as np

    from steps.project.placing.umap import place

    data = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    place(data[:8], data[8:], data[8:, :2], _SHARED)


def _list_fonts() -> None:
    from steps.report import preview

    preview.use_cache()
    import matplotlib.font_manager  # noqa: F401  # the import makes the list


if __name__ == "__main__":
    main()
