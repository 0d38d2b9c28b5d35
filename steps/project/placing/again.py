"""Place some points of a map again, as if they were new: how well does that go on this map?"""

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from steps.project.knn.points import drawn
from steps.project.knn.search import Neighbors
from steps.project.placing.kept import kept
from steps.project.placing.labels import Labels, agreement
from steps.project.placing.old_map import DECISIVE
from steps.project.placing.search import Search, mark
from steps.project.placing.umap import neighbour_count, place_by

Floats = npt.NDArray[np.float32]

_SAMPLE = 200


def place_again(
    old: Floats,
    coordinates: Floats,
    parameters: dict[str, Any],
    threads: int = 1,
    search: Search | None = None,
    labels: Labels | None = None,
) -> dict[str, Any]:
    """Return how far a sample of points of a UMAP lands from where it is.

    `median` and `ninth_decile` are in spreads of the map: root mean squares of distances from its
    middle. Each sees all others where they are, of which it has moved some when the map was made.
    `labels` says how often their nearest points have their label, there and where they are.

    Args:
        old: embeddings, float32, shape (m, d).
        coordinates: those of the map, float32, shape (m, 2).
        parameters: see `place`.
        threads: at most so many; the result does not depend on it.
        search: how neighbours are found on large maps.
        labels: those of the points.
    """
    search = search or Search()
    asked = {name: parameters[name] for name in DECISIVE["umap"]}
    places = _digest(coordinates)
    of = [mark(old, parameters["metric"]), places, asked]
    if labels:
        of += [labels.name, _digest(labels.codes)]

    def find() -> dict[str, Any]:
        return _again(old, coordinates, parameters, threads, search, labels)

    return kept(search.file(old, f"{places[:16]}.json"), of, find)


def _digest(numbers: npt.NDArray[Any]) -> str:
    return hashlib.sha256(np.ascontiguousarray(numbers)).hexdigest()


def _again(
    old: Floats,
    coordinates: Floats,
    parameters: dict[str, Any],
    threads: int,
    search: Search,
    labels: Labels | None,
) -> dict[str, Any]:
    rows = drawn(len(old), _SAMPLE)
    count = min(neighbour_count(parameters, old) + 1, len(old))
    found = search.nearest(old[rows], old, count, parameters["metric"], threads)
    again = place_by(old[rows], _without_itself(found, rows), coordinates, parameters)
    spread = np.sqrt(np.square(coordinates - coordinates.mean(axis=0)).sum(axis=1).mean())
    off = np.linalg.norm(again - coordinates[rows], axis=1) / max(float(spread), 1e-9)
    median, decile = (round(float(np.quantile(off, share)), 4) for share in (0.5, 0.9))
    how = {"proteins": len(rows), "median": median, "ninth_decile": decile}
    same = agreement(again, rows, coordinates, labels) if labels else {}
    return how | ({"labels": same} if same else {})


def _without_itself(found: Neighbors, rows: npt.NDArray[np.intp]) -> Neighbors:
    """Return the neighbours of points but for themselves."""
    itself = found.indices == rows[:, None]
    # Twins may have come first, and the point itself not be among them.
    itself[~itself.any(axis=1), -1] = True
    indices = np.ascontiguousarray(found.indices[~itself].reshape(len(rows), -1))
    distances = np.ascontiguousarray(found.distances[~itself].reshape(len(rows), -1))
    return replace(found, indices=indices, distances=distances)
