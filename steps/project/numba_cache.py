"""Keep Numba's compiled code on disk.

Most functions of umap-learn, pynndescent and pacmap do not ask Numba to keep what it compiled, so
each process would compile for many seconds. Import them within `kept_compilations`.
"""

import hashlib
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("numba", "llvmlite", "numpy", "umap-learn", "pynndescent", "pacmap", "fast-hdbscan")


def cache_folder() -> Path:
    """Return the folder of compiled code: below NUMBA_CACHE_DIR, else below the Python environment.

    Numba notices a changed file but not a changed callee in another package, so the versions of
    all of them name the folder.
    """
    versions = " ".join(version(name) for name in _PACKAGES)
    tag = hashlib.sha256(versions.encode()).hexdigest()[:12]
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(sys.prefix) / "var" / "numba")
    return base if base.name == tag else base / tag


def use_cache() -> None:
    """Point Numba to the folder; call before anything imports Numba."""
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())


@contextmanager
def kept_compilations() -> Iterator[None]:
    """Keep on disk what Numba compiles of modules imported meanwhile."""
    import numba

    plain = numba.njit
    numba.njit = lambda *args, **options: plain(*args, **({"cache": True} | options))
    try:
        yield
    finally:
        numba.njit = plain
