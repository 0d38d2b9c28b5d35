"""Place numbers on a colour scale that a few extremes do not take for themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Parts of the numbers that lie at or beyond each end of an even scale.
_LOW, _HIGH = 2, 98
#: How far the median may lie from the middle between these, as a part of their distance.
_SKEWED = 0.2
_PARTS = 16
#: Parts of a scale with labels between them.
_LABELLED = 4
#: Digits of a label.
_FEWEST, _MOST = 3, 7
#: From where on numbers have commas; and an exponent, with the fewest digits and with more.
_COMMA, _LONG = 9_999.5, (1e6, 1e7)

type Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scale:
    """A colour scale: `stops` are the numbers at even distances on it, from its begin to its end.

    Numbers beyond the ends have the colour of the end; `low` and `high` are the true extremes.
    """

    stops: list[float]
    low: float
    high: float

    def places(self, values: Floats) -> Floats:
        """Return the places of numbers on the scale, from 0 to 1; NaN where there is none."""
        places: Floats = np.interp(values, self.stops, np.linspace(0, 1, len(self.stops)))
        return np.where(np.isfinite(values), places, np.nan)

    def labels(self) -> list[tuple[float, str]]:
        """Return places on the scale and what stands there: at both ends and between them."""
        step = max(1, (len(self.stops) - 1) // _LABELLED)
        numbers = self.stops[::step]
        shown = list(zip(np.linspace(0, 1, len(numbers)).tolist(), _texts(numbers), strict=True))
        if self.low < self.stops[0]:
            shown[0] = (0.0, f"≤ {shown[0][1]}")
        if self.high > self.stops[-1]:
            shown[-1] = (1.0, f"≥ {shown[-1][1]}")
        return shown


def scale_of(values: Floats) -> Scale:
    """Return the scale of numbers, at least one of them finite: even, or by quantiles if skewed."""
    known = values[np.isfinite(values)]
    # Values that there are: no half residue.
    low, middle, high = np.percentile(known, (_LOW, 50, _HIGH), method="nearest")
    ends = float(known.min()), float(known.max())
    leaning = abs(low + high - 2 * middle) > 2 * _SKEWED * (high - low)
    tail = max(low - ends[0], ends[1] - high) > high - low
    if low < high and not leaning and not tail:
        return Scale([float(low), float(low + high) / 2, float(high)], *ends)
    stops = np.quantile(known, np.linspace(0, 1, _PARTS + 1), method="nearest")
    return Scale(_apart(stops), *ends)


def _apart(stops: Floats) -> list[float]:
    """Return each stop once: a number has one colour. Labels are at even distances among them."""
    different = np.unique(stops)
    parts = len(different) - 1
    if parts > _LABELLED:
        parts -= parts % _LABELLED
    places = np.linspace(0, len(different) - 1, parts + 1)
    return [float(stop) for stop in different[np.round(places).astype(int)]]


def _texts(numbers: list[float]) -> list[str]:
    """Return numbers with as few digits as tell them apart, or as many as there is room for."""
    texts: list[str] = []
    for digits in range(_FEWEST, _MOST + 1):
        texts = [_text(number, digits) for number in numbers]
        if len(set(texts)) == len(set(numbers)):
            break
    return texts


def _text(number: float, digits: int) -> str:
    """Return `2023`, `13,246`, `0.0123` or `5.1e+13`; a year has no comma."""
    has_places = number != round(number) and abs(number) < 10 ** (digits - 1)
    if has_places or abs(number) >= _LONG[digits > _FEWEST]:
        return f"{number:,.{digits}g}"
    return f"{number:,.0f}" if abs(number) >= _COMMA else f"{number:.0f}"
