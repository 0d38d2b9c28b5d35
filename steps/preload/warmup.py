"""Compile once what the first run would otherwise wait for: `python -m steps.preload.warmup`."""

import sys
import time

from steps.project import numba_cache, threads

threads.use_one()
numba_cache.use_cache()


def main() -> None:
    import numpy as np

    from steps.project.step import DEFAULTS, reduce

    started = time.monotonic()
    data = np.random.default_rng(0).normal(size=(64, 32)).astype(np.float32)
    for method in ("umap", "pacmap", "localmap"):
        reduce(data, method, DEFAULTS | {"n_neighbors": 15})
    _font_cache()
    print(f"Compiled code is ready in {numba_cache.cache_folder()} ", end="")
    print(f"({time.monotonic() - started:.0f} s).", file=sys.stdout)


def _font_cache() -> None:
    from steps.report import preview

    preview.use_cache()
    import matplotlib.font_manager  # noqa: F401


if __name__ == "__main__":
    main()
