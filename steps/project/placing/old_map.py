"""A projection that new proteins join: its points, the parameters that made it, and how they go on.

Metadata of a projection beside `info_json`: `parameters_json` (as asked for, before the number of
proteins limited them) and, of a PCA, `components`.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow.parquet as pq

from steps.errors import StepError
from steps.project.knn.points import drawn
from steps.project.placing.pca import Components

Floats = npt.NDArray[np.float32]

#: Parameters on which places depend, by method.
DECISIVE = {"pca": (), "umap": ("n_neighbors", "min_dist", "metric", "random_state")}
#: Proteins by which components are checked, and by what share of a map's spread they may be off.
_CHECKED, _TOLERANCE = 1000, 0.01


class OldMap:
    """A projection of an earlier run.

    Attributes:
        identifiers: of its proteins.
        info: what the bundle records of it.
        method: without its dimension: `umap`.
    """

    def __init__(self, path: Path, method: str) -> None:
        table = pq.read_table(path)
        self._notes = {key.decode(): text.decode() for key, text in table.schema.metadata.items()}
        self.identifiers: list[str] = table["protein_id"].to_pylist()
        columns = [table[name].to_numpy() for name in ("x", "y")]
        self._coordinates: Floats = np.column_stack(columns).astype(np.float32)
        self.info: dict[str, Any] = json.loads(self._notes["info_json"])
        self.method = method

    def check(self, asked: Mapping[str, Any]) -> None:
        """Check that it was made with these parameters.

        Raises:
            StepError: ONTO_DIFFERS, with both values.
        """
        made = self.info | json.loads(self._notes.get("parameters_json", "{}"))
        for name in DECISIVE[self.method]:
            if made[name] != asked[name]:
                raise StepError(
                    "ONTO_DIFFERS",
                    f"{name} is {asked[name]}, and the map was made with {made[name]}. Set {name} "
                    "to that value, or place all proteins on a new map.",
                )

    def of(self, identifiers: Sequence[str]) -> Floats:
        """Return coordinates, shape (n, 2), of those proteins that are first and on the map."""
        if list(identifiers[: len(self.identifiers)]) == self.identifiers:
            return self._coordinates
        rows = {identifier: row for row, identifier in enumerate(self.identifiers)}
        there = [rows[name] for name in identifiers if name in rows]
        if any(name not in rows for name in identifiers[: len(there)]):
            raise ValueError("proteins of the map are not the first")
        return self._coordinates[there]

    def components(self, old: Floats, coordinates: Floats) -> Components:
        """Return the components of a PCA; from the old embeddings where the map has none.

        Raises:
            StepError: ONTO_DIFFERS, where embeddings and coordinates do not belong together.
        """
        text = self._notes.get("components")
        found = Components.from_text(text) if text else Components.of(old, coordinates)
        rows = drawn(len(old), _CHECKED)
        off = np.abs(found.place(old[rows]) - coordinates[rows]).max()
        if off > _TOLERANCE * coordinates.std():
            raise StepError(
                "ONTO_DIFFERS",
                "The PCA of the map was not made of the embeddings that are beside it. Run the "
                "earlier run again, with this version.",
            )
        return found


def asked_notes(method: str, asked: Mapping[str, Any]) -> dict[str, str]:
    """Return metadata by which a projection can grow later: the parameters as asked for."""
    names = DECISIVE.get(method, ())
    return {"parameters_json": json.dumps({name: asked[name] for name in names})} if names else {}


def component_notes(components: Components) -> dict[str, str]:
    """Return metadata by which a PCA can grow later."""
    return {"components": components.to_text()}
