"""The 20 amino acids, numbered."""

import numpy as np
import numpy.typing as npt

AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
#: The number of any other letter.
OTHER = 20

_NUMBERS = np.full(256, OTHER, dtype=np.int64)
_NUMBERS[np.frombuffer(AMINO_ACIDS.encode(), dtype=np.uint8)] = np.arange(20)


def numbers(sequence: str) -> npt.NDArray[np.int64]:
    """Return the place of each residue in `AMINO_ACIDS` (20: another letter), shape (n,)."""
    found: npt.NDArray[np.int64] = _NUMBERS[np.frombuffer(sequence.encode("ascii"), dtype=np.uint8)]
    return found
