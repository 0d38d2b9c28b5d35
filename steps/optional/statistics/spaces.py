"""Projections and embeddings in the form of protspace's statistics."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from steps.bundle.tables import projection_tables
from steps.embed.file import read_embeddings
from steps.project.methods import SIMILARITY

if TYPE_CHECKING:
    from protspace.data.loaders.embedding_set import EmbeddingSet


def reductions(paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Return the projections in the form of protspace's statistics, named as in the bundle."""
    metadata, _ = projection_tables(paths)
    return [
        {
            "name": note["projection_name"],
            "source": note["source"],
            "info": json.loads(note["info_json"]),
            "ids": table["protein_id"].to_pylist(),
            "data": table.select(["x", "y"]).to_pandas().to_numpy(),
        }
        for note, table in zip(metadata.to_pylist(), map(pq.read_table, paths), strict=True)
    ]


def embedding_sets(paths: Sequence[Path]) -> list["EmbeddingSet"]:
    """Return the embeddings in the form of protspace's statistics."""
    import numpy as np
    from protspace.data.loaders.embedding_set import EmbeddingSet

    # A projection of an embedding that is not there would be held for that of the only other one.
    similarity = EmbeddingSet(SIMILARITY, np.empty((0, 0), np.float32), [], precomputed=True)
    return [
        *(EmbeddingSet(name, matrix, ids) for name, ids, matrix in map(read_embeddings, paths)),
        similarity,
    ]
