"""The bundle of a run as points to draw: coordinates, identifiers, annotations."""

import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    import pyarrow as pa
    from protspace.data.io.bundle import BundleContents

#: Bundles read at a time; each may take tens of megabytes.
_reading = anyio.CapacityLimiter(1)
#: Digits of a coordinate across the width of its projection; a screen shows fewer.
_DIGITS = 5
#: Embedder without a model -> what a reader of its maps should know.
NOTES = {
    "kmers": "Made without a model: near points have similar sequences; distant relatives may "
    "lie apart.",
    "composition": "Made from counts of residues: near points have a similar composition, which "
    "relatives need not have.",
}


async def points(bundle: Path) -> dict[str, Any]:
    """Return `identifiers`, `projections` (name, x, y, note), `annotations` and `colour_by`.

    All lists are in the order of `identifiers`; annotations in that of the bundle, the most telling
    first. An annotation has `numbers` (`None` where missing) and their colour `scale`; or `labels`,
    the most frequent first, and `codes`, which count into them (-1 where missing).
    """
    return await anyio.to_thread.run_sync(_read, bundle, limiter=_reading)


def _read(path: Path) -> dict[str, Any]:
    # Imported for the first preview; a gateway that only serves files needs none of it.
    from protspace.data.io.bundle import read_bundle_contents

    from steps.annotate.ranking.order import to_colour_by

    contents = read_bundle_contents(path.read_bytes(), warn_legacy=False)
    table = contents.annotations
    names = [name for name in table.column_names if name != "protein_id"]
    return {
        "identifiers": table["protein_id"].to_pylist(),
        "projections": _projections(contents),
        "annotations": [_annotation(name, table[name]) for name in names],
        "colour_by": to_colour_by(table.select(["protein_id", *names])),
    }


def _projections(contents: "BundleContents") -> list[dict[str, Any]]:
    import pyarrow.compute as pc

    names = contents.projections["projection_name"].combine_chunks()
    identifiers = contents.annotations["protein_id"].combine_chunks()
    found = []
    for name in contents.metadata["projection_name"].to_pylist():
        part = contents.projections.filter(pc.equal(names, name))
        part = part.take(pc.index_in(identifiers, value_set=part["protein_id"].combine_chunks()))
        note = NOTES.get(name.partition(" ")[0])
        found.append(
            {"name": name, "x": _rounded(part["x"]), "y": _rounded(part["y"]), "note": note}
        )
    return found


def _rounded(column: "pa.ChunkedArray") -> list[float]:
    import numpy as np

    values = column.to_numpy().astype(float)
    span = float(np.ptp(values)) or 1.0
    rounded: list[float] = np.round(values, max(0, _DIGITS - math.floor(math.log10(span)))).tolist()
    return rounded


def _scale(column: "pa.ChunkedArray") -> dict[str, Any]:
    import numpy as np

    from steps.annotate.scale import scale_of

    scale = scale_of(column.to_numpy().astype(np.float64))
    return {"stops": scale.stops, "labels": scale.labels()}


def _annotation(name: str, column: "pa.ChunkedArray") -> dict[str, Any]:
    import pyarrow as pa

    from steps.annotate.cells import plain

    if pa.types.is_integer(column.type) or pa.types.is_floating(column.type):
        return {"name": name, "numbers": column.to_pylist(), "scale": _scale(column)}
    readable = {cell: plain(str(cell)) for cell in column.unique().to_pylist() if cell is not None}
    cells = [readable.get(cell) for cell in column.to_pylist()]
    labels = [label for label, _ in Counter(filter(None, cells)).most_common()]
    places = {label: place for place, label in enumerate(labels)}
    return {
        "name": name,
        "labels": labels,
        "codes": [places[cell] if cell else -1 for cell in cells],
    }
