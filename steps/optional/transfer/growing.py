"""Transfer labels on a map that grows: from the proteins on it to those that join it."""

from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.optional.transfer.labels import Labels
from steps.optional.transfer.proteins import Proteins

#: At most so many annotations, where none is named.
MOST = 3


def added(path: Path) -> list[str]:
    """Return the proteins that a map did not begin with, by its novelty.parquet."""
    found = pq.read_table(path)
    if "novelty" not in found.column_names:
        return []
    names: list[str] = found.filter(pc.is_valid(found["novelty"]))["protein_id"].to_pylist()
    return names


def joined(proteins: Proteins, path: Path | None) -> Proteins:
    """Return the proteins, of which only those that joined a map get labels, if there is one."""
    return proteins.among(added(path)) if path else proteins


def on_map(proteins: Proteins, path: Path | None) -> Proteins:
    """Return the proteins, of which only those that were on a map are references, if there is one.

    Args:
        proteins: all of them.
        path: sequences.parquet of the map.
    """
    if not path:
        return proteins
    return proteins.among(pq.read_table(path, columns=["protein_id"])["protein_id"].to_pylist())


def by_default(annotations: pa.Table, names: Sequence[str], path: Path) -> list[str]:
    """Return which of these annotations are transferred, though none is named; say so in the log.

    Args:
        annotations: those of all proteins.
        names: what may be transferred.
        path: novelty.parquet.
    """
    there = [name for name in names if name in annotations.column_names]
    found = suitable(annotations, there, added(path))
    if found:
        cli.log.info(
            f"Proteins that joined the map get labels of it, marked as predicted: "
            f"{', '.join(found)}. transfer=none switches that off."
        )
    return found


def suitable(annotations: pa.Table, names: Sequence[str], joined: Collection[str]) -> list[str]:
    """Return the first annotations that group proteins, and that one which joined lacks.

    Half of the labelled proteins of the map, or more, share their label with another one, and
    there are several labels.

    Args:
        annotations: `protein_id`, and columns of labels.
        names: annotations to choose from, in this order.
        joined: identifiers of those that joined the map.
    """
    new = np.isin(annotations["protein_id"].to_pylist(), list(joined))
    found = []
    for name in names:
        codes = Labels.of(annotations[name]).codes
        counts = np.bincount(codes[~new & (codes >= 0)])
        groups = (counts > 0).sum() > 1 and 2 * counts[counts > 1].sum() >= counts.sum()
        if groups and (codes[new] < 0).any():
            found.append(name)
    return found[:MOST]
