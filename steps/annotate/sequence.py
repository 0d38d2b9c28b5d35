"""Annotate by group `sequence`: properties of the residues, by the tables of ProtParam.

| column | unit |
| --- | --- |
| `length` | residues |
| `molecular_weight` | Da, average isotopes |
| `isoelectric_point` | pH |
| `gravy` | mean hydropathy (Kyte & Doolittle 1982) |
| `aromaticity` | share of F, W and Y (Lobry & Gautier 1994) |
| `instability_index` | (Guruprasad et al. 1990); above 40 counts as unstable |

ProtParam has no values for B, J, X and Z, and hydropathy and instability none for U and O. All but
length and molecular weight are computed over the 20 amino acids alone; `molecular_weight` counts U,
O and J, and is missing where a B, X or Z makes the mass unknown. A protein without any of the 20
has its length only.

ProtParam takes 90 µs for each protein. Here each formula is computed for a thousand at once, from
ProtParam's own tables, and has the same values to the last digit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from Bio.Data.IUPACData import protein_weights
from Bio.SeqUtils import IsoelectricPoint as charges
from Bio.SeqUtils.ProtParamData import DIWV, kd

COLUMNS = ("molecular_weight", "isoelectric_point", "gravy", "aromaticity", "instability_index")
NAMES = ("length", *COLUMNS)
packages = ("biopython",)

# Proteins whose residues fit into the cache of the processor.
_BATCH = 1000
_AMINO_ACIDS = "ACDEFGHIKLMNPQRSTVWY"
_WITH_MASS = _AMINO_ACIDS + "UOJ"
_LETTERS = _WITH_MASS + "BXZ"
_OTHERS = str.maketrans("", "", "BJXZUO")
#: Code of a letter -> its place in `_LETTERS`.
_POSITIONS = np.zeros(128, np.intp)
_POSITIONS[list(_LETTERS.encode())] = range(len(_LETTERS))
_INSTABILITY = np.array([[DIWV[one][two] for two in _AMINO_ACIDS] for one in _AMINO_ACIDS])
_WATER = 18.0153

#: One value for each protein.
type Floats = npt.NDArray[np.float64]
#: Letter -> how often it occurs in each protein.
type Counts = dict[str, npt.NDArray[np.intp]]


def columns(sequences: pa.Table) -> dict[str, pa.Array]:
    """Return `length` (int64) and the ProtParam columns (float64), null where not defined."""
    batches = [analyse(texts) for texts in _texts(sequences["sequence"])]
    found = {"length": sequences["length"].combine_chunks()}
    for name in COLUMNS:
        values = [value for batch in batches for value in batch[name]]
        found[name] = pa.array(values, pa.float64())
    return found


def _texts(column: pa.ChunkedArray) -> Iterator[list[str]]:
    """Yield the sequences in batches, so that few are Python objects at a time."""
    for chunk in column.chunks:
        for start in range(0, len(chunk), _BATCH):
            yield chunk.slice(start, _BATCH).to_pylist()


def analyse(sequences: Sequence[str]) -> dict[str, list[float | None]]:
    """Return `COLUMNS`, each with a value for each sequence, rounded to what its model allows."""
    scored = [sequence.translate(_OTHERS) for sequence in sequences]
    whole = _counts(sequences)
    has_mass = whole["B"] + whole["X"] + whole["Z"] == 0
    # "A" stands in for nothing at all, whose values are left out below.
    texts = [text or "A" for text in scored]
    counts, total = _counts(texts), np.array([len(text) for text in texts])
    return {
        "molecular_weight": _rounded(_mass(whole), 1, has_mass),
        "isoelectric_point": _rounded(_isoelectric_point(texts, counts), 2, scored),
        "gravy": _rounded(_weighted(counts, kd) / total, 3, scored),
        "aromaticity": _rounded(_aromaticity(counts, total), 4, scored),
        "instability_index": _rounded(_instability(texts), 2, scored),
    }


def _rounded(values: Floats, digits: int, defined: Iterable[object]) -> list[float | None]:
    pairs = zip(values.tolist(), defined, strict=True)
    return [round(value, digits) if there else None for value, there in pairs]


def _counts(texts: Sequence[str]) -> Counts:
    """Count each letter in each text."""
    owners = np.repeat(np.arange(len(texts)), [len(text) for text in texts])
    cells = owners * len(_LETTERS) + _positions("".join(texts))
    table = np.bincount(cells, minlength=len(texts) * len(_LETTERS))
    return dict(zip(_LETTERS, table.reshape(-1, len(_LETTERS)).T, strict=True))


def _positions(text: str) -> npt.NDArray[np.intp]:
    return _POSITIONS[np.frombuffer(text.encode(), np.uint8)]


def _weighted(
    counts: Mapping[str, npt.NDArray[np.intp] | Floats], weights: Mapping[str, float]
) -> Floats:
    """Return sums of weights over all residues, in a precision that only the end rounds."""
    terms = [counts[letter] * np.longdouble(weight) for letter, weight in weights.items()]
    return sum(terms[1:], start=terms[0]).astype(np.float64)


def _mass(counts: Counts) -> Floats:
    # Leu and Ile, either of which J is, have one mass.
    masses = protein_weights | {"J": protein_weights["L"]}
    weights = {letter: masses[letter] for letter in _WITH_MASS}
    bonds = sum((counts[letter] for letter in _WITH_MASS[1:]), start=counts[_WITH_MASS[0]]) - 1
    return _weighted(counts, weights) - bonds * _WATER


def _aromaticity(counts: Counts, total: npt.NDArray[np.intp]) -> Floats:
    shares = {letter: counts[letter] * 100 / total / 100 for letter in "YWF"}
    return _weighted(shares, dict.fromkeys("YWF", 1))


def _isoelectric_point(texts: Sequence[str], counts: Counts) -> Floats:
    """Return the pH of zero charge, by bisection of ProtParam's span of pH with its charge."""
    start, end = charges.positive_pKs["Nterm"], charges.negative_pKs["Cterm"]
    starts = np.array([charges.pKnterminal.get(text[0], start) for text in texts])
    ends = np.array([charges.pKcterminal.get(text[-1], end) for text in texts])
    model = charges.IsoelectricPoint("A")  # type: ignore[no-untyped-call]  # Biopython has no types
    model.charged_aas_content = counts | {"Nterm": 1, "Cterm": 1}
    model.pos_pKs = charges.positive_pKs | {"Nterm": starts}
    model.neg_pKs = charges.negative_pKs | {"Cterm": ends}
    low, high, middle = (np.full(len(texts), ph) for ph in (4.05, 12, 7.775))
    while (high - low).max(initial=0) > 0.0001:
        charge = model.charge_at_pH(middle)  # type: ignore[no-untyped-call]  # as above
        positive = charge > 0
        low, high = np.where(positive, middle, low), np.where(positive, high, middle)
        middle = (low + high) / 2
    return middle


def _instability(texts: Sequence[str]) -> Floats:
    values = []
    for text in texts:
        at = _positions(text)
        weights = _INSTABILITY[at[:-1], at[1:]]
        # `cumsum` adds from left to right, as ProtParam does; `sum` adds in pairs.
        values.append(10 / len(text) * np.cumsum(weights)[-1] if len(weights) else 0.0)
    return np.array(values)
