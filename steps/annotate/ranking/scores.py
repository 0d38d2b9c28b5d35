"""Score how much a picture tells that is coloured by one annotation.

Categories score the bits of their colours, numbers a fixed part of a bit; both times the agreement
of neighbours in embedding space: how much more alike they are than chance, from 0 to 1.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from steps.annotate.cells import shown
from steps.annotate.ranking.neighbours import Rows

#: Categories of an annotation that get a colour of their own.
COLOURED = 8
#: What a scale tells: low from high, which is less than a few categories that separate.
_BITS_OF_NUMBERS = 0.25
#: Parts of the proteins below which a column is nearly unique, or nearly empty.
_LEAST_REPEATED, _LEAST_SHARE = 0.1, 0.05
_MISSING, _REST = -2, -1

#: Number of the category of each protein, by frequency; `_REST` has no colour.
type Codes = NDArray[np.intp]
type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Score:
    """How much a picture tells that is coloured by an annotation.

    Attributes:
        bits: entropy of the coloured categories, times their share of all proteins.
        share: part of the proteins that have a colour.
        agreement: how alike neighbours are, 0 as by chance, 1 all alike.
        varies: whether the annotation is neither constant nor different for nearly each protein.
    """

    bits: float
    share: float
    agreement: float
    varies: bool

    @property
    def value(self) -> float:
        """Return bits times agreement, with digits that are the same on each machine."""
        return round(self.bits * self.agreement, 4)

    @property
    def tells(self) -> bool:
        """Return whether enough proteins have a colour, and more than one of them."""
        return self.varies and self.bits > 0 and self.share >= _LEAST_SHARE


def score(column: pa.ChunkedArray, rows: Rows, neighbours: Rows) -> Score:
    """Return the score of an annotation.

    Args:
        column: a cell for each protein.
        rows: sampled rows, shape (n,).
        neighbours: rows of the neighbours of each, shape (n, k); without any, all agree.
    """
    if pa.types.is_string(column.type):
        return _score_categories(column, rows, neighbours)
    return _score_numbers(column.cast(pa.float64()).to_numpy(), rows, neighbours)


def _score_categories(column: pa.ChunkedArray, rows: Rows, neighbours: Rows) -> Score:
    codes, counts = _codes(column)
    present, missing = counts.sum(), len(codes) - counts.sum()
    repeated = counts[counts > 1]
    coloured = repeated[:COLOURED]
    shares = coloured / max(coloured.sum(), 1)
    share = coloured.sum() / max(len(codes), 1)
    kinds = len(counts) + bool(missing)
    return Score(
        bits=float((shares * np.log2(1 / shares)).sum() * share),
        share=float(share),
        agreement=_agreement_of_codes(codes, rows, neighbours),
        varies=bool(kinds > 1 and repeated.sum() > _LEAST_REPEATED * present),
    )


def _codes(column: pa.ChunkedArray) -> tuple[Codes, NDArray[np.intp]]:
    """Return the code of each cell, and the number of cells of each label, frequent ones first."""
    coded = column.combine_chunks().dictionary_encode()
    labels = [shown(cell) or "" for cell in coded.dictionary.to_pylist()]
    # Cells that differ in scores alone have one label.
    number = {label: place for place, label in enumerate(dict.fromkeys(filter(None, labels)))}
    of_cell = np.array([number.get(label, _MISSING) for label in [*labels, ""]], dtype=np.intp)
    codes = of_cell[coded.indices.fill_null(len(labels)).to_numpy()]
    counts = np.bincount(codes[codes >= 0], minlength=len(number))
    order = np.argsort(-counts, kind="stable")
    place = np.empty(len(order) + 1, dtype=np.intp)
    place[order], place[-1] = np.arange(len(order)), _MISSING
    ranked = place[np.where(codes < 0, len(order), codes)]
    return np.where(ranked < COLOURED, ranked, _REST), counts[order]


def _agreement_of_codes(codes: Codes, rows: Rows, neighbours: Rows) -> float:
    """Return how much more often coloured proteins have neighbours of their category than chance.

    Neighbours without a value are left out.
    """
    if not neighbours.size:
        return 1.0
    own, theirs = codes[rows][:, None], codes[neighbours]
    known = (own >= 0) & (theirs != _MISSING)
    sizes = np.bincount(codes[rows][codes[rows] >= 0], minlength=COLOURED)
    pairs = sizes.sum() * ((codes[rows] != _MISSING).sum() - 1)
    if not known.any() or pairs <= 0:
        return 0.0
    chance = (sizes * (sizes - 1)).sum() / pairs
    observed = (own == theirs)[known].mean()
    return float(max(0.0, (observed - chance) / (1 - chance))) if chance < 1 else 0.0


def _score_numbers(values: Floats, rows: Rows, neighbours: Rows) -> Score:
    present = values[np.isfinite(values)]
    different = np.unique(present)
    return Score(
        bits=_BITS_OF_NUMBERS,
        share=len(present) / max(len(values), 1),
        agreement=_agreement_of_numbers(values, rows, neighbours),
        varies=len(different) > 1 and not _are_row_numbers(different, len(present)),
    )


def _are_row_numbers(different: Floats, count: int) -> bool:
    span = different[-1] - different[0] + 1
    return bool(len(different) == count == span and (different == np.round(different)).all())


def _agreement_of_numbers(values: Floats, rows: Rows, neighbours: Rows) -> float:
    """Return how much nearer the ranks of neighbours are to each other than those of any two."""
    if not neighbours.size:
        return 1.0
    ranks = np.full(len(values), np.nan)
    sampled = rows[np.isfinite(values[rows])]
    _, places, counts = np.unique(values[sampled], return_inverse=True, return_counts=True)
    ranks[sampled] = (np.cumsum(counts) - counts / 2)[places]
    squares = (ranks[rows][:, None] - ranks[neighbours]) ** 2
    spread = 2 * ranks[sampled].var() if len(sampled) else 0.0
    known = squares[np.isfinite(squares)]
    return float(max(0.0, 1 - known.mean() / spread)) if len(known) and spread else 0.0
