"""Group `sequence`: what follows from the residues alone, by Biopython's ProtParam.

| column | unit |
| --- | --- |
| `length` | residues |
| `molecular_weight` | Da, average isotopes |
| `isoelectric_point` | pH |
| `gravy` | mean hydropathy (Kyte & Doolittle 1982) |
| `aromaticity` | share of F, W and Y (Lobry & Gautier 1994) |
| `instability_index` | (Guruprasad et al. 1990); above 40 counts as unstable |

ProtParam has no values for B, X and Z, and hydropathy and instability none for U and O. All but
length and molecular weight are computed over the 20 amino acids, the others left out;
`molecular_weight` counts U and O and is missing where a B, X or Z makes the mass unknown. A
protein without any of the 20 has its length only.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from Bio.SeqUtils.ProtParam import ProteinAnalysis
from Bio.SeqUtils.ProtParamData import DIWV

COLUMNS = ("molecular_weight", "isoelectric_point", "gravy", "aromaticity", "instability_index")
packages = ("biopython",)

_OTHERS = str.maketrans("", "", "BXZUO")
_NO_MASS = frozenset("BXZ")
_BATCH = 10_000
_AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
_WEIGHTS = np.array([[DIWV[one][two] for two in _AMINO_ACIDS] for one in _AMINO_ACIDS])
_POSITIONS = np.zeros(128, np.intp)
_POSITIONS[list(_AMINO_ACIDS.encode())] = range(20)


def columns(sequences: pa.Table) -> dict[str, pa.Array]:
    """`length` (int64) and the ProtParam columns (float64), null where not defined."""
    analysed = [analyse(sequence) for sequence in _texts(sequences["sequence"])]
    found = {"length": sequences["length"].combine_chunks()}
    for position, name in enumerate(COLUMNS):
        found[name] = pa.array([values[position] for values in analysed], pa.float64())
    return found


def _texts(column: pa.ChunkedArray) -> Iterator[str]:
    """The sequences, of which few are Python objects at a time."""
    for chunk in column.chunks:
        for start in range(0, len(chunk), _BATCH):
            yield from chunk.slice(start, _BATCH).to_pylist()


def analyse(sequence: str) -> tuple[float | None, ...]:
    """The values of `COLUMNS` for one sequence, rounded to what their models can carry."""
    scored = ProteinAnalysis(sequence.translate(_OTHERS))
    if not scored.sequence:
        return (_weight(sequence), None, None, None, None)
    return (
        _weight(sequence),
        round(scored.isoelectric_point(), 2),
        round(scored.gravy(), 3),
        round(scored.aromaticity(), 4),
        round(_instability(scored.sequence), 2),
    )


def _instability(sequence: str) -> float:
    """ProtParam's instability index to the last bit; its own loop takes most of its time."""
    positions = _POSITIONS[np.frombuffer(sequence.encode(), np.uint8)]
    weights = _WEIGHTS[positions[:-1], positions[1:]]
    # A plain sum would add them in another order.
    return 10 / len(sequence) * float(np.cumsum(weights)[-1]) if len(weights) else 0.0


def _weight(sequence: str) -> float | None:
    if _NO_MASS.intersection(sequence):
        return None
    return round(ProteinAnalysis(sequence).molecular_weight(), 1)
