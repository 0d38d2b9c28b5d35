"""Compile once what the first run would otherwise wait for: `python -m steps.preload.warmup`."""

import time

from steps.config import defaults
from steps.project import numba_cache, threads

threads.use_one()
numba_cache.use_cache()


def main() -> None:
    """Compile all methods, and make matplotlib's list of fonts."""
    started = time.monotonic()
    project_sample("umap", "pacmap", "localmap")
    _list_fonts()
    seconds = time.monotonic() - started
    print(f"Compiled code is ready in {numba_cache.cache_folder()} ({seconds:.0f} s).")


def project_sample(*methods: str) -> None:
    """Project random embeddings, which compiles the code of the methods or loads it."""
    import numpy as np

    from steps.project.step import DEFAULTS, reduce

    data = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    shared = {
        "metric": defaults.METRIC,
        "min_dist": defaults.MIN_DIST,
        "random_state": defaults.RANDOM_STATE,
        "n_neighbors": 15,
    }
    for method in methods:
        reduce(data, method, DEFAULTS | shared)


def _list_fonts() -> None:
    from steps.report import preview

    preview.use_cache()
    import matplotlib.font_manager  # noqa: F401  # the import makes the list


if __name__ == "__main__":
    main()
