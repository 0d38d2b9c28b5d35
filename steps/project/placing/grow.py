"""Join new proteins to a projection: coordinates of all, the old ones as they were."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from steps.errors import StepError
from steps.project.placing.labels import Labels, read_labels
from steps.project.placing.old_map import OldMap, component_notes
from steps.project.placing.search import Search

Floats = npt.NDArray[np.float32]


class Grown(NamedTuple):
    """Coordinates (float32, shape (n, 2)) of a map that has grown.

    Attributes:
        info: what the bundle records.
        notes: more metadata.
        again: see `steps.project.placing.again.place_again`; empty of a PCA.
    """

    coordinates: Floats
    info: dict[str, Any]
    notes: dict[str, str]
    again: dict[str, Any]


def grow(
    old: OldMap,
    identifiers: list[str],
    data: Floats,
    parameters: dict[str, Any],
    threads: int,
    index: Path | None = None,
    labels: tuple[Path, Sequence[str]] | None = None,
) -> Grown:
    """Return the coordinates of all, and what is known of them.

    Args:
        old: the projection.
        identifiers: those on the map first.
        data: embeddings of all, float32, shape (n, d).
        parameters: fields of ReductionConfig, as the map was made with them.
        threads: at most so many; the result does not depend on it.
        index: how names of files begin in which cells of a large map are kept.
        labels: annotations.parquet of the map, and which of them may be compared.

    Raises:
        StepError: ONTO_DIFFERS; PROJECTION_FAILED where coordinates are not finite.
    """
    kept = old.of(identifiers)
    count = len(kept)
    before, new = data[:count], data[count:]
    notes: dict[str, str] = {}
    again: dict[str, Any] = {}
    if old.method == "pca":
        components = old.components(before, kept)
        placed, notes = components.place(new), component_notes(components)
    else:
        # That of a map from which proteins have left is not kept.
        search = Search(index if count == len(old.identifiers) else None)
        known = read_labels(*labels, identifiers[:count]) if labels else None
        placed, again = _by_umap(new, before, kept, parameters, threads, search, known)
    if not np.isfinite(placed).all():
        raise StepError("PROJECTION_FAILED", "New proteins were given no finite coordinates.")
    info = old.info | {"placed": old.info.get("placed", 0) + len(placed)}
    return Grown(np.concatenate([kept, placed]), info, notes, again)


def _by_umap(
    new: Floats,
    old: Floats,
    coordinates: Floats,
    parameters: dict[str, Any],
    threads: int,
    search: Search,
    labels: Labels | None,
) -> tuple[Floats, dict[str, Any]]:
    # PCA needs no Numba.
    from steps.project.placing.again import place_again
    from steps.project.placing.umap import place

    if not len(new) or len(old) < 2:
        return (place(new, old, coordinates, parameters)[0] if len(new) else coordinates[:0]), {}
    placed, _ = place(new, old, coordinates, parameters, threads, search)
    return placed, place_again(old, coordinates, parameters, threads, search, labels)
