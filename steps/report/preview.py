"""Draw one projection as SVG, coloured by the most informative annotation."""

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.cells import plain
from steps.annotate.ranking import most_informative
from steps.bundle.tables import with_columns
from steps.files import replacing
from steps.project.methods import split_method

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

#: Annotation -> its style.
Styles = dict[str, dict[str, Any]]
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
REST, OTHER = "#BBBBBB", "other or missing"
_RASTER_ABOVE = 2_000


def draw(
    projection: pa.Table,
    annotations: pa.Table,
    title: str,
    path: Path,
    column: str | None = None,
    styles: Styles | None = None,
) -> None:
    """Write the SVG: the same bytes for the same tables.

    Args:
        column: the annotation to colour by; without one, the most informative.
        styles: styles by annotation, as `steps.optional.styles` writes them.
    """
    use_cache()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "preview", "font.size": 9}):
        figure = Figure(figsize=(7, 4.6), layout="constrained")
        axes = figure.add_subplot(title=title, aspect="equal", xticks=[], yticks=[])
        axes.set_adjustable("datalim")
        column = column or most_informative(annotations)
        style = (styles or {}).get(column, {}) if column else {}
        _scatter(axes, projection, annotations, column, style)
        with replacing(path) as staged:
            figure.savefig(staged, format="svg", metadata={"Date": None}, dpi=200)


def _scatter(
    axes: "Axes",
    projection: pa.Table,
    annotations: pa.Table,
    name: str | None,
    style: dict[str, Any],
) -> None:
    x, y = projection["x"].to_numpy(), projection["y"].to_numpy()
    points: dict[str, Any] = {"linewidths": 0, "alpha": 0.85}
    points["rasterized"] = len(x) > _RASTER_ABOVE
    points["s"] = min(20.0, max(2.0, 12_000 / len(x)))
    if name is None:
        axes.scatter(x, y, color=COLOURS[0], **points)
    elif pa.types.is_string(annotations[name].type):
        cells = annotations[name].to_pylist()
        _categories(axes, (x, y), name, cells, points, _colours(cells, style))
    else:
        values = annotations[name].cast(pa.float64()).to_numpy()
        # A few extremes would leave all others in one colour.
        low, high = np.nanpercentile(values, (2, 98))
        shown = axes.scatter(x, y, c=values, vmin=low, vmax=high, plotnonfinite=True, **points)
        label = name.replace("_", " ")
        axes.figure.colorbar(shown, label=label, shrink=0.6, extend="both")


def _colours(cells: list[str | None], style: dict[str, Any]) -> dict[str, str]:
    """Return frequent cells and their colours, those of the style where it has one."""
    given = {value: entry.get("color") for value, entry in style.get("categories", {}).items()}
    shown = [cell for cell, _ in Counter(filter(None, cells)).most_common(len(COLOURS))]
    chosen = {cell: given.get(plain(cell)) for cell in shown}
    free = (colour for colour in COLOURS if colour not in given.values())
    return {cell: colour or next(free, REST) for cell, colour in chosen.items()}


def _categories(
    axes: "Axes",
    coordinates: tuple["NDArray[Any]", "NDArray[Any]"],
    name: str,
    cells: list[str | None],
    points: dict[str, Any],
    colour: dict[str, str],
) -> None:
    # The rest first and rare ones last, so that these are drawn on top.
    for cell in (None, *colour):
        rows = [i for i, value in enumerate(cells) if (value if value in colour else None) == cell]
        label = OTHER if cell is None else _short(plain(cell))
        if rows:
            x, y = (axis[rows] for axis in coordinates)
            shown = colour[cell] if cell else REST
            axes.scatter(x, y, color=shown, label=label, **points)
    handles, labels = axes.get_legend_handles_labels()
    rest_last = sorted(range(len(labels)), key=lambda i: labels[i] == OTHER)
    axes.legend(
        [handles[i] for i in rest_last],
        [labels[i] for i in rest_last],
        title=name.replace("_", " "),
        loc="center left",
        bbox_to_anchor=(1, 0.5),
        frameon=False,
        markerscale=1.5,
    )


def _short(label: str, most: int = 32) -> str:
    # Dollar signs would start a formula.
    label = label.replace("$", r"\$")
    return label if len(label) <= most else label[: most - 1] + "…"


def use_cache() -> None:
    """Keep matplotlib's list of fonts with the Python environment: built once, not per home."""
    os.environ.setdefault("MPLCONFIGDIR", str(Path(sys.prefix) / "var" / "matplotlib"))


def main(argv: list[str] | None = None) -> None:
    """Run step preview."""
    options = cli.parser("preview", __doc__)
    options.add_argument("projection", type=Path)
    options.add_argument("--annotations", type=Path, required=True)
    options.add_argument("--more", type=Path, nargs="*", default=[], help="tables of more columns")
    options.add_argument("--colour-by", metavar="ANNOTATION", help="else the most informative")
    options.add_argument("--legends", type=Path, nargs="?", help="styles: JSON of step styles")
    options.add_argument("--output", type=Path, required=True, help="SVG to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    projection = pq.read_table(arguments.projection)
    notes = {key.decode(): value.decode() for key, value in projection.schema.metadata.items()}
    method, inline = split_method(notes["method"])
    extra = ", ".join(f"{name}={value}" for name, value in inline.items())
    title = f"{notes['embedder']}, {method.upper()}" + (f" ({extra})" if extra else "")
    annotations = with_columns(pq.read_table(arguments.annotations), arguments.more)
    rows = pc.index_in(projection["protein_id"], value_set=annotations["protein_id"])
    styles: Styles = json.loads(arguments.legends.read_text()) if arguments.legends else {}
    styled = [name for name in styles if name in annotations.column_names]
    column = arguments.colour_by or next(iter(styled), None)
    draw(projection, annotations.take(rows), title, arguments.output, column, styles)
