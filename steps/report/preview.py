"""Draw one projection as SVG, coloured by the annotation that tells most."""

import argparse
import json
import os
import sys
import unicodedata
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.ranking.order import in_order, read_order, to_colour_by
from steps.bundle.tables import with_columns
from steps.files import replacing
from steps.project.methods import split_method
from steps.report.scatter import Floats, Scatter

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Annotation -> its style.
Styles = dict[str, dict[str, Any]]
_SVG: dict[str, Any] = {"format": "svg", "metadata": {"Date": None}, "dpi": 200}


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
        column: the annotation to colour by; without one, the first, if it tells anything.
        styles: styles by annotation, as `steps.optional.styles` writes them.
    """
    use_cache()
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "preview", "font.size": 9}):
        figure = Figure(figsize=(7, 4.6), layout="constrained")
        axes = figure.add_subplot(title=title, aspect="equal", xticks=[], yticks=[])
        column = column or to_colour_by(annotations)
        style = (styles or {}).get(column or "", {}).get("categories", {})
        points = Scatter(axes, *(_numbers(projection, axis) for axis in ("x", "y")))
        if column is None:
            points.plain()
        elif pa.types.is_string(annotations[column].type):
            given = {label: entry.get("color") for label, entry in style.items()}
            points.categories(column, annotations[column].to_pylist(), given)
        else:
            points.numbers(column, _numbers(annotations, column))
        with replacing(path) as staged:
            _save(figure, staged)


def _save(figure: "Figure", path: Path) -> None:
    """Write text as outlines; as text where only a browser has fonts and directions for it."""
    from matplotlib import rc_context
    from matplotlib.text import Text

    words = "".join(text.get_text() for text in figure.findobj(Text))
    kind = "path" if _is_drawable(words) else "none"
    with rc_context({"svg.fonttype": kind}), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")
        figure.savefig(path, bbox_inches="tight", **_SVG)


def _is_drawable(words: str) -> bool:
    """Return whether matplotlib's own font has all signs, and none is written from the right."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font, signs = get_font(findfont(FontProperties())), set(words) - {"\n"}
    right = {"R", "AL"}
    return all(font.get_char_index(ord(each)) for each in signs) and not any(
        unicodedata.bidirectional(each) in right for each in signs
    )


def _numbers(table: pa.Table, name: str) -> Floats:
    values: Floats = table[name].cast(pa.float64()).to_numpy()
    return values


def use_cache() -> None:
    """Keep matplotlib's list of fonts with the Python environment: built once, not per home."""
    os.environ.setdefault("MPLCONFIGDIR", str(Path(sys.prefix) / "var" / "matplotlib"))


def main(argv: list[str] | None = None) -> None:
    """Run step preview."""
    options = cli.parser("preview", __doc__)
    options.add_argument("projection", type=Path)
    options.add_argument("--annotations", type=Path, required=True)
    options.add_argument("--more", type=Path, nargs="*", default=[], help="tables of more columns")
    options.add_argument("--colour-by", metavar="ANNOTATION", help="else the first")
    options.add_argument("--ranking", type=Path, nargs="?", help="their order: of step rank")
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
    annotations = in_order(annotations, read_order(arguments.ranking))
    rows = pc.index_in(projection["protein_id"], value_set=annotations["protein_id"])
    styles: Styles = json.loads(arguments.legends.read_text()) if arguments.legends else {}
    styled = [name for name in styles if name in annotations.column_names]
    column = arguments.colour_by or next(iter(styled), None)
    draw(projection, annotations.take(rows), title, arguments.output, column, styles)
