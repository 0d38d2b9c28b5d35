"""One thread for the numerical libraries: their results depend on the number of threads."""

import os

_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMBA_NUM_THREADS",
)


def use_one() -> None:
    """Call before NumPy, SciPy or Numba are imported: they read this once."""
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))


def remind_numba() -> None:
    """Numba reads the environment again when it has changed, and must find what it began with."""
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")


def let_numba_use(count: int) -> None:
    """Call before Numba is imported, where results do not depend on its threads."""
    os.environ["NUMBA_NUM_THREADS"] = str(count)
    # Threads that wait busily for others would keep them from a core on a machine that is full.
    os.environ["OMP_WAIT_POLICY"] = "passive"
