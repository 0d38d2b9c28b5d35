"""The bundle of a run as points to draw: coordinates, identifiers, annotations."""

import math
from typing import TYPE_CHECKING, Any

import anyio

from gateway.runs.directory import Run

if TYPE_CHECKING:
    import numpy as np

#: Bundles read at a time; each may take tens of megabytes.
READING = anyio.CapacityLimiter(1)
#: Digits of a coordinate across the width of its projection; a screen shows fewer.
_DIGITS = 5
#: Digits of a distance.
_PRECISION = 4


async def points(run: Run) -> dict[str, Any]:
    """Return the points of a run, and their nearest proteins, as `steps.report.points` has them.

    Arrays are lists; numbers are `None` where missing. Nearest proteins are lists of `indices` and
    `distances` for each protein. `sequences` are `None` where there are none, or too many.

    Raises:
        FileNotFoundError: the run was removed meanwhile.
    """
    return await anyio.to_thread.run_sync(_read, run, limiter=READING)


def _read(run: Run) -> dict[str, Any]:
    # Imported for the first preview; a gateway that only serves files needs none of it.
    from steps.report.html.step import read_sequences
    from steps.report.points import read_points

    found = read_points(run.bundle, run.neighbours)
    found["sequences"] = read_sequences(run.sequences, found["identifiers"])
    for projection in found["projections"]:
        projection |= {axis: _rounded(projection[axis]) for axis in ("x", "y")}
    for annotation in found["annotations"]:
        annotation |= _annotation(annotation)
        annotation.pop("whole", None)
    for near in found["neighbours"]:
        near["indices"] = near["indices"].tolist()
        near["distances"] = _precise(near["distances"])
    return found


def _rounded(values: "np.ndarray") -> list[float]:
    import numpy as np

    values = values.astype(float)
    span = float(np.ptp(values)) or 1.0
    rounded: list[float] = np.round(values, max(0, _DIGITS - math.floor(math.log10(span)))).tolist()
    return rounded


def _precise(distances: "np.ndarray") -> list[list[float]]:
    return [[float(f"{value:.{_PRECISION}g}") for value in row] for row in distances.tolist()]


def _annotation(annotation: dict[str, Any]) -> dict[str, Any]:
    if "codes" in annotation:
        return {"codes": annotation["codes"].tolist()}
    kind = int if annotation["whole"] else float
    numbers = annotation["numbers"].tolist()
    return {"numbers": [None if math.isnan(value) else kind(value) for value in numbers]}
