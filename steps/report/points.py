"""The points of a bundle as the viewer shows them: coordinates, annotations, nearest proteins."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps.annotate.cells import shown
from steps.annotate.ranking.order import to_colour_by
from steps.annotate.scale import scale_of
from steps.report.styles import style_of, styles_of

if TYPE_CHECKING:
    from protspace.data.io.bundle import BundleContents

#: Embedder without a model -> what a reader of its maps should know.
NOTES = {
    "kmers": "Made without a model: near points have similar sequences; distant relatives may "
    "lie apart.",
    "composition": "Made from counts of residues: near points have a similar composition, which "
    "relatives need not have.",
}
#: Scores of a projection that the viewer shows.
_SCORES = ("trustworthiness", "knn_overlap")


def read_points(bundle: Path, neighbours: Sequence[Path] = ()) -> dict[str, Any]:
    """Return identifiers, projections, annotations, nearest proteins, and what to colour by.

    All arrays are in the order of `identifiers`; annotations in that of the bundle, the most
    telling first. An annotation has `numbers` (float64, NaN where missing), whether they are
    `whole`, and their colour `scale`; or `labels`, the most frequent first, `codes` (int32), which
    count into them (-1 where missing), and the bundle's `style` (`steps.report.styles`).
    `neighbours` have `embedder`, `metric`, `indices` and `distances` of shape (n, k).

    Args:
        bundle: a .parquetbundle.
        neighbours: files of step neighbours.
    """
    from protspace.data.io.bundle import read_bundle_contents

    contents = read_bundle_contents(bundle.read_bytes(), warn_legacy=False)
    table = contents.annotations
    names = [name for name in table.column_names if name != "protein_id"]
    identifiers = table["protein_id"].combine_chunks()
    styles = styles_of(contents.settings)
    near = [_nearest(pq.read_table(path), identifiers) for path in neighbours]
    return {
        "identifiers": identifiers.to_pylist(),
        "projections": _with_overlap(_projections(contents, identifiers), near),
        "annotations": [_annotation(name, table[name], styles.get(name)) for name in names],
        "colour_by": to_colour_by(table.select(["protein_id", *names])),
        "neighbours": near,
    }


def _projections(contents: "BundleContents", identifiers: pa.Array) -> list[dict[str, Any]]:
    names = contents.projections["projection_name"].combine_chunks()
    found = []
    for each in contents.metadata.to_pylist():
        name = each["projection_name"]
        part = contents.projections.filter(pc.equal(names, name))
        part = part.take(pc.index_in(identifiers, value_set=part["protein_id"].combine_chunks()))
        found.append(
            {
                "name": name,
                "source": each.get("source") or "",
                "note": NOTES.get(name.partition(" ")[0]),
                "quality": _scores(json.loads(each.get("info_json") or "{}")),
                "x": part["x"].to_numpy().astype(np.float32),
                "y": part["y"].to_numpy().astype(np.float32),
            }
        )
    return found


def _scores(notes: dict[str, Any]) -> dict[str, float]:
    """Return the scores of step statistics among the notes of a projection."""
    quality = notes.get("quality") or {}
    values = {name: quality.get(name) for name in _SCORES}
    values = {name: v["value"] if isinstance(v, dict) else v for name, v in values.items()}
    return {name: round(float(value), 4) for name, value in values.items() if value is not None}


def _nearest(table: pa.Table, identifiers: pa.Array) -> dict[str, Any]:
    """Return neighbours as rows of `identifiers`, whatever the order of their file."""
    notes = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
    own = table["protein_id"].combine_chunks()
    rows = pc.index_in(identifiers, value_set=own).to_numpy(zero_copy_only=False)
    places = pc.index_in(own, value_set=identifiers).to_numpy(zero_copy_only=False)
    indices, distances = (
        table[name].combine_chunks().flatten().to_numpy().reshape(len(own), -1)
        for name in ("neighbours", "distances")
    )
    return {
        "embedder": notes["embedder"],
        "metric": notes["metric"],
        "indices": places.astype(np.int32)[indices[rows]],
        "distances": distances[rows],
    }


def _with_overlap(
    projections: list[dict[str, Any]], near: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Add `knn_overlap` to projections of an embedding whose neighbours are known.

    That of step statistics is by another number of neighbours. Of few proteins all others are the
    nearest, on any map, which says nothing of it.
    """
    by_embedder = {each["embedder"]: each["indices"] for each in near}
    for each in projections:
        known, scores = by_embedder.get(each["source"]), each["quality"]
        if known is None:
            continue
        scores.pop("knn_overlap", None)
        if 0 < known.shape[1] < len(each["x"]) - 1:
            scores["knn_overlap"] = round(_overlap(each["x"], each["y"], known), 4)
    return projections


def _overlap(x: np.ndarray, y: np.ndarray, near: np.ndarray) -> float:
    """Return the share of neighbours (n, k) in an embedding that are among the k on a map."""
    from scipy.spatial import KDTree

    places = np.stack((x, y), axis=1)
    count = near.shape[1]
    _, found = KDTree(places).query(places, k=count + 1)
    others = np.where(found == np.arange(len(places))[:, None], -1, found)
    kept = (near[:, :, None] == others[:, None, :]).any(axis=2)
    return float(kept.mean())


def _annotation(name: str, column: pa.ChunkedArray, style: object) -> dict[str, Any]:
    numeric = pa.types.is_integer(column.type) or pa.types.is_floating(column.type)
    if numeric and pc.any(pc.is_finite(column)).as_py():
        numbers = column.cast(pa.float64()).to_numpy()
        scale = scale_of(numbers)
        scales = {"stops": scale.stops, "labels": scale.labels()}
        whole = pa.types.is_integer(column.type)
        return {"name": name, "numbers": numbers, "whole": whole, "scale": scales}
    readable = {cell: shown(str(cell)) for cell in column.unique().to_pylist() if cell is not None}
    cells = [readable.get(cell) for cell in column.to_pylist()]
    labels = [label for label, _ in Counter(filter(None, cells)).most_common()]
    places = {label: place for place, label in enumerate(labels)}
    codes = [places[cell] if cell else -1 for cell in cells]
    found = {"name": name, "labels": labels, "codes": np.array(codes, np.int32)}
    return found | {"style": style_of(style, labels)}
