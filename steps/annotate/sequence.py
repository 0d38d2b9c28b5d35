"""Group `sequence`: what follows from the residues alone, with the tables of Biopython's ProtParam.

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

ProtParam takes one protein at a time, 90 µs each. Here a formula takes a thousand at once, with
ProtParam's own numbers, and gives the same values to the last digit.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
from Bio.Data.IUPACData import protein_weights
from Bio.SeqUtils import IsoelectricPoint as charges
from Bio.SeqUtils.ProtParamData import DIWV, kd

COLUMNS = ("molecular_weight", "isoelectric_point", "gravy", "aromaticity", "instability_index")
packages = ("biopython",)

# As many as have their letters in the processor's cache.
_BATCH = 1000
_AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
_WITH_MASS = _AMINO_ACIDS + "UO"
_LETTERS = _WITH_MASS + "BXZ"
_OTHERS = str.maketrans("", "", "BXZUO")
_POSITIONS = np.zeros(128, np.intp)
_POSITIONS[list(_LETTERS.encode())] = range(len(_LETTERS))
_INSTABILITY = np.array([[DIWV[one][two] for two in _AMINO_ACIDS] for one in _AMINO_ACIDS])
_WATER = 18.0153

Counts = dict[str, np.ndarray]


def columns(sequences: pa.Table) -> dict[str, pa.Array]:
    """`length` (int64) and the ProtParam columns (float64), null where not defined."""
    batches = [analyse(texts) for texts in _texts(sequences["sequence"])]
    found = {"length": sequences["length"].combine_chunks()}
    for name in COLUMNS:
        values = [value for batch in batches for value in batch[name]]
        found[name] = pa.array(values, pa.float64())
    return found


def _texts(column: pa.ChunkedArray) -> Iterator[list[str]]:
    """The sequences, of which few are Python objects at a time."""
    for chunk in column.chunks:
        for start in range(0, len(chunk), _BATCH):
            yield chunk.slice(start, _BATCH).to_pylist()


def analyse(sequences: Sequence[str]) -> dict[str, list[float | None]]:
    """The values of `COLUMNS` for each sequence, rounded to what their models can carry."""
    scored = [sequence.translate(_OTHERS) for sequence in sequences]
    whole = _counts(sequences)
    has_mass = sum(whole[letter] for letter in "BXZ") == 0
    # Whatever is made of nothing at all is left out again.
    texts = [text or "A" for text in scored]
    counts, total = _counts(texts), np.array([len(text) for text in texts])
    return {
        "molecular_weight": _rounded(_mass(whole), 1, has_mass),
        "isoelectric_point": _rounded(_isoelectric_point(texts, counts), 2, scored),
        "gravy": _rounded(_weighted(counts, kd) / total, 3, scored),
        "aromaticity": _rounded(_aromaticity(counts, total), 4, scored),
        "instability_index": _rounded(_instability(texts), 2, scored),
    }


def _rounded(values: np.ndarray, digits: int, defined: Sequence) -> list[float | None]:
    pairs = zip(values.tolist(), defined, strict=True)
    return [round(value, digits) if there else None for value, there in pairs]


def _counts(texts: Sequence[str]) -> Counts:
    """How often each letter occurs in each text."""
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    cells = owners * len(_LETTERS) + _positions("".join(texts))
    table = np.bincount(cells, minlength=len(texts) * len(_LETTERS))
    return dict(zip(_LETTERS, table.reshape(-1, len(_LETTERS)).T, strict=True))


def _positions(text: str) -> np.ndarray:
    return _POSITIONS[np.frombuffer(text.encode(), np.uint8)]


def _weighted(counts: Counts, weights: dict[str, float]) -> np.ndarray:
    """Sums over all residues, exact but for the last rounding, as Python's `sum` gives them."""
    terms = (counts[letter] * np.longdouble(weight) for letter, weight in weights.items())
    return sum(terms).astype(float)


def _mass(counts: Counts) -> np.ndarray:
    weights = {letter: protein_weights[letter] for letter in _WITH_MASS}
    bonds = sum(counts[letter] for letter in _WITH_MASS) - 1
    return _weighted(counts, weights) - bonds * _WATER


def _aromaticity(counts: Counts, total: np.ndarray) -> np.ndarray:
    shares = {letter: counts[letter] * 100 / total / 100 for letter in "YWF"}
    return _weighted(shares, dict.fromkeys("YWF", 1))


def _isoelectric_point(texts: Sequence[str], counts: Counts) -> np.ndarray:
    """Where ProtParam's charge is zero, by halving the span of pH that it begins with."""
    start, end = charges.positive_pKs["Nterm"], charges.negative_pKs["Cterm"]
    starts = np.array([charges.pKnterminal.get(text[0], start) for text in texts])
    ends = np.array([charges.pKcterminal.get(text[-1], end) for text in texts])
    model = charges.IsoelectricPoint("A")
    model.charged_aas_content = counts | {"Nterm": 1, "Cterm": 1}
    model.pos_pKs = charges.positive_pKs | {"Nterm": starts}
    model.neg_pKs = charges.negative_pKs | {"Cterm": ends}
    low, high, middle = (np.full(len(texts), ph) for ph in (4.05, 12, 7.775))
    while (high - low).max(initial=0) > 0.0001:
        positive = model.charge_at_pH(middle) > 0
        low, high = np.where(positive, middle, low), np.where(positive, high, middle)
        middle = (low + high) / 2
    return middle


def _instability(texts: Sequence[str]) -> np.ndarray:
    values = []
    for text in texts:
        at = _positions(text)
        weights = _INSTABILITY[at[:-1], at[1:]]
        # `cumsum` adds one after the other, as ProtParam does; `sum` does not.
        values.append(10 / len(text) * np.cumsum(weights)[-1] if len(weights) else 0.0)
    return np.array(values)
