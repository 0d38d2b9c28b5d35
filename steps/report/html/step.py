"""Bundle, nearest proteins and provenance -> one HTML file that shows them, opened from disk.

It has the data, the scripts and the styles inside, and makes no request.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.files import write_text
from steps.report.html.columns import Blocks
from steps.report.html.page import folder_of_viewer, page
from steps.report.methods.paragraphs import Methods
from steps.report.points import read_points

FORMAT = 1
#: Above so many residues the file has no sequences: they would take more than all else.
MOST_RESIDUES = 3_000_000


def packed(points: dict[str, Any], sequences: list[str] | None, blocks: Blocks) -> dict[str, Any]:
    """Add the data of points to `blocks`, the first picture first; return their description."""
    order = sorted(points["annotations"], key=lambda each: each["name"] != points["colour_by"])
    found: dict[str, Any] = {
        "format": FORMAT,
        "proteins": len(points["identifiers"]),
        "colour_by": points["colour_by"],
        "identifiers": blocks.strings(points["identifiers"]),
        "projections": [_projection(each, blocks) for each in points["projections"]],
    }
    described = {each["name"]: _annotation(each, blocks) for each in order}
    found["annotations"] = [described[each["name"]] for each in points["annotations"]]
    found["neighbours"] = [_neighbours(each, blocks) for each in points["neighbours"]]
    found["sequences"] = blocks.strings(sequences) if sequences else None
    return found


def _projection(each: dict[str, Any], blocks: Blocks) -> dict[str, Any]:
    kept = {key: each[key] for key in ("name", "source", "note", "quality")}
    return kept | {axis: blocks.numbers(each[axis]) for axis in ("x", "y")}


def _annotation(each: dict[str, Any], blocks: Blocks) -> dict[str, Any]:
    if "numbers" in each:
        numbers = blocks.decimals(each["numbers"])
        return {"name": each["name"], "scale": each["scale"], "numbers": numbers}
    labels, codes = blocks.strings(each["labels"]), blocks.codes(each["codes"])
    return {"name": each["name"], "labels": labels, "codes": codes, "style": each["style"]}


def _neighbours(each: dict[str, Any], blocks: Blocks) -> dict[str, Any]:
    kept = {key: each[key] for key in ("embedder", "metric")}
    return kept | {
        "count": each["indices"].shape[1],
        "indices": blocks.indices(np.asarray(each["indices"])),
        "distances": blocks.distances(each["distances"]),
    }


def read_sequences(path: Path, identifiers: list[str]) -> list[str] | None:
    """Return the sequences in the order of the identifiers; `None` where there are too many."""
    table = pq.read_table(path, columns=["protein_id", "sequence", "length"])
    total = pc.sum(table["length"]).as_py()
    if not total or total > MOST_RESIDUES:
        return None
    known = dict(zip(table["protein_id"].to_pylist(), table["sequence"].to_pylist(), strict=True))
    return [known[identifier] for identifier in identifiers]


def main(argv: list[str] | None = None) -> None:
    """Run step html."""
    options = cli.parser("html", __doc__)
    options.add_argument("bundle", type=Path)
    options.add_argument("--neighbours", type=Path, nargs="*", default=[])
    options.add_argument("--sequences", type=Path, required=True, help="sequences.parquet")
    options.add_argument("--provenance", type=Path, required=True)
    options.add_argument("--output", type=Path, required=True, help="HTML file to write")
    cli.run(options, _work, argv)


def write_html(
    output: Path,
    title: str,
    bundle: Path,
    neighbours: Sequence[Path],
    sequences: Path,
    made: dict[str, Any],
) -> dict[str, Any]:
    """Write the file, complete or not at all; return what it has.

    Args:
        title: name of the data set.
        neighbours: files of step neighbours.
        sequences: sequences.parquet.
        made: of `read_made`.

    Returns:
        numbers of `proteins` and `sequences`, and the `quality` of each projection.
    """
    points, blocks = read_points(bundle, neighbours), Blocks()
    found = read_sequences(sequences, points["identifiers"])
    description = packed(points, found, blocks) | {"title": title, "made": made}
    write_text(output, page(title, description, blocks.texts, folder_of_viewer()))
    return {
        "proteins": len(points["identifiers"]),
        "sequences": len(found or []),
        "quality": {each["name"]: each["quality"] for each in points["projections"]},
    }


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    output, made = arguments.output, read_made(arguments.provenance)
    sources = (arguments.bundle, arguments.neighbours, arguments.sequences)
    written = write_html(output, output.stem, *sources, made)
    report.counts = {"proteins": written["proteins"], "bytes": output.stat().st_size}
    report.parameters = {
        "format": FORMAT,
        "sequences": written["sequences"] > 0,
        "quality": written["quality"],
    }
    report.packages = ("protspace", "pyarrow", "numpy")


def read_made(path: Path) -> dict[str, Any]:
    """Return what the file says of how it was made: nothing that names a place of a machine."""
    known = json.loads(path.read_text(encoding="utf-8"))
    kept = {name: known[name] for name in ("warnings", "versions", "input")}
    return kept | {"methods": Methods.of(known).as_dict()}
