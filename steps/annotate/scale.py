"""Place numbers on a colour scale that a few extremes do not take for themselves."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Parts of the numbers that lie at or beyond each end of an even scale.
_LOW, _HIGH = 2, 98
#: How far the median may lie from the middle between these, as a part of their distance.
_SKEWED = 0.2
_PARTS = 16

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
        step = max(1, (len(self.stops) - 1) // 4)
        shown = [
            (place / (len(self.stops) - 1), _text(self.stops[place]))
            for place in range(0, len(self.stops), step)
        ]
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
    if not leaning and not tail:
        return Scale([float(low), float(low + high) / 2, float(high)], *ends)
    stops = np.quantile(known, np.linspace(0, 1, _PARTS + 1), method="nearest")
    return Scale([float(stop) for stop in stops], *ends)


def _text(number: float) -> str:
    return f"{number:,.0f}" if number == round(number) else f"{number:.3g}"
