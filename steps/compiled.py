"""Numba's compiled code, kept on disk.

Most functions of umap-learn, pynndescent and pacmap do not ask Numba to keep what it compiled, so
each process would compile for about 20 s. `cache_compiled` asks for them.
"""

import hashlib
import os
import sys
from importlib.metadata import version
from pathlib import Path

_PACKAGES = ("umap-learn", "pynndescent", "pacmap")
_MODULES = ("umap", "pynndescent", "pacmap")


def cache_folder() -> Path:
    """Where compiled code lies: below NUMBA_CACHE_DIR, else below the Python environment.

    Numba notices a changed file but not a changed callee in another package, so the versions of
    all of them name the folder.
    """
    versions = " ".join(version(name) for name in ("numba", "llvmlite", "numpy", *_PACKAGES))
    tag = hashlib.sha256(versions.encode()).hexdigest()[:12]
    base = Path(os.environ.get("NUMBA_CACHE_DIR") or Path(sys.prefix) / "var" / "numba")
    return base if base.name == tag else base / tag


def use_cache() -> None:
    """Point Numba to the folder. Call before anything imports Numba."""
    os.environ["NUMBA_CACHE_DIR"] = str(cache_folder())


def cache_compiled() -> None:
    """Have every function that is now imported and not yet compiled keep its compiled code."""
    from numba.core.caching import NullCache
    from numba.core.dispatcher import Dispatcher

    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _MODULES:
            for value in list(vars(module).values()):
                if isinstance(value, Dispatcher) and isinstance(value._cache, NullCache):
                    value.enable_caching()
