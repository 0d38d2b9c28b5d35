"""Limit the numerical libraries to one thread: their results depend on the number of threads."""

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
    """Use one thread; call before NumPy, SciPy or Numba are imported, which read this once."""
    os.environ.update(dict.fromkeys(_VARIABLES, "1"))


def remind_numba() -> None:
    """Restore the environment that Numba began with: it reads it again when it has changed."""
    os.environ.setdefault("NUMBA_NUM_THREADS", "1")


def let_numba_use(count: int) -> None:
    """Let Numba use more threads where results do not depend on them; call before importing it."""
    os.environ["NUMBA_NUM_THREADS"] = str(count)
    # Threads that wait busily for others would keep them from a core on a machine that is full.
    os.environ["OMP_WAIT_POLICY"] = "passive"
