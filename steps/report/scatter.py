"""Draw proteins as points that are coloured by one annotation, with a legend."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from steps.annotate.cells import shown
from steps.annotate.scale import scale_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection

#: Okabe and Ito's colours, told apart with any colour vision; grey is for all the rest.
COLOURS = (
    "#0072B2",
    "#E69F00",
    "#009E73",
    "#D55E00",
    "#CC79A7",
    "#56B4E9",
    "#F0E442",
    "#000000",
)
REST, OTHER, MISSING = "#BBBBBB", "other or missing", "missing"
_RASTER_ABOVE = 2_000
#: Area of a point in square points, as in the legend.
_LARGEST = 25.0
#: Part of the points at each end of an axis that may be far, and what far is in spans of the rest.
_CUT, _FAR = 0.0025, 0.25
_MARGIN = 0.05

type Floats = NDArray[np.float64]
type Rows = NDArray[np.intp]


class Scatter:
    """Points of one projection on axes; the view fits all but a few, which are at its border."""

    def __init__(self, axes: "Axes", x: Floats, y: Floats) -> None:
        self.axes = axes
        self.size = min(_LARGEST, max(3.0, 18_000 / len(x)))
        ends = [_middle(values) for values in (x, y)]
        axes.set(xlim=ends[0], ylim=ends[1])
        inside = [np.clip(values, *end) for values, end in zip((x, y), ends, strict=True)]
        self.places = np.stack(inside, axis=1)
        outside = int((self.places != np.stack((x, y), axis=1)).any(axis=1).sum())
        if outside:
            axes.set_xlabel(f"{outside:,} of {len(x):,} lie farther out, drawn at the border")

    def plain(self) -> None:
        """Draw all points in one colour."""
        self._points(np.arange(len(self.places)), [COLOURS[0]])

    def categories(self, name: str, cells: Sequence[str | None], given: dict[str, str]) -> None:
        """Draw points in the colours of their cells, the rest in grey below them.

        Args:
            name: the annotation, which is the title of the legend.
            cells: a cell for each point.
            given: label -> colour, where a style has one.
        """
        # Cells that differ in scores alone have one label.
        label_of = {cell: shown(cell) for cell in dict.fromkeys(cells) if cell}
        labels = [label_of.get(cell or "") for cell in cells]
        colours = _colours(labels, given)
        coloured = np.array([label in colours for label in labels])
        self._points(np.flatnonzero(~coloured), [REST])
        order = _shuffled(np.flatnonzero(coloured))
        self._points(order, [colours[labels[row] or ""] for row in order])
        rest = {} if coloured.all() else {OTHER: REST}
        self._legend(name, colours | rest)

    def numbers(self, name: str, values: Floats) -> None:
        """Draw points in the colours of a scale, those without a number in grey below them."""
        there = np.isfinite(values)
        self._points(np.flatnonzero(~there), [REST])
        scale, order = scale_of(values), _shuffled(np.flatnonzero(there))
        drawn = self._points(order, scale.places(values[order]), vmin=0, vmax=1)
        bar = self.axes.figure.colorbar(drawn, label=_readable(name), shrink=0.6)
        ticks, labels = zip(*scale.labels(), strict=True)
        bar.set_ticks(ticks, labels=labels)
        if not there.all():
            self._legend("", {MISSING: REST})

    def _points(self, rows: Rows, colours: Any, **scale: float) -> "PathCollection":  # noqa: ANN401
        x, y = self.places[rows].T
        return self.axes.scatter(
            x,
            y,
            c=colours,
            s=self.size,
            linewidths=0,
            alpha=0.85,
            clip_on=False,
            rasterized=len(self.places) > _RASTER_ABOVE,
            **scale,  # type: ignore[arg-type]  # vmin and vmax
        )

    def _legend(self, title: str, colours: dict[str, str]) -> None:
        handles = [
            self.axes.scatter([], [], color=shade, label=_short(label), s=_LARGEST, linewidths=0)
            for label, shade in colours.items()
        ]
        place = {"loc": "center left", "bbox_to_anchor": (1, 0.5)} if title else {"loc": "best"}
        self.axes.legend(handles=handles, title=_readable(title), frameon=False, **place)


def _middle(values: Floats) -> tuple[float, float]:
    """Return the ends of an axis, with a margin: of the middle 99.5 % and what is near them."""
    ordered = np.sort(values)
    cut = round(_CUT * (len(ordered) - 1))
    low, high = ordered[cut], ordered[len(ordered) - 1 - cut]
    reach = _FAR * (high - low)
    near = ordered[(ordered >= low - reach) & (ordered <= high + reach)]
    low, high = near[0], near[-1]
    margin = _MARGIN * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def _shuffled(rows: Rows) -> Rows:
    """Return the rows in an order that hides no category below another, the same each time."""
    return np.random.default_rng(0).permutation(rows)


def _colours(labels: Sequence[str | None], given: dict[str, str]) -> dict[str, str]:
    """Return frequent labels and their colours, the given ones where there are."""
    frequent = Counter(filter(None, labels)).most_common(len(COLOURS))
    chosen = {label: given.get(label) for label, _ in frequent}
    taken = {str(colour).lower() for colour in given.values()}
    free = (colour for colour in COLOURS if colour.lower() not in taken)
    return {label: colour or next(free, REST) for label, colour in chosen.items()}


def _readable(name: str) -> str:
    return _text(name.replace("_", " "))


def _short(label: str, most: int = 32) -> str:
    return _text(label if len(label) <= most else label[: most - 1] + "…")


def _text(text: str) -> str:
    # Dollar signs would start a formula.
    return text.replace("$", r"\$")
