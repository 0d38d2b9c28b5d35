"""The annotations that are scored, and the values that may name clusters."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from protspace.core.constants import is_missing_value
from protspace.stats.annotation_select import build_annotation_labels
from protspace.stats.base import CLUSTER_COLUMN_PREFIX

from steps import cli
from steps.annotate.cells import is_number, plain
from steps.optional.statistics import AUTO
from steps.optional.statistics.clusters import Codes, Labels
from steps.optional.wanted import there_are

#: What a flag says of a protein says nothing of a cluster without the name of the annotation.
_FLAGS = {"True", "False"}


@dataclass(frozen=True)
class Values:
    """Values of one annotation that are shared by several proteins, which may have several.

    Attributes:
        texts: the values, sorted.
        rows: number of a protein, for each pair of protein and value.
        codes: number of its value, for each pair.
        known: whether a protein has any value, also one of its own, shape (n,).
    """

    annotation: str
    texts: list[str]
    rows: NDArray[np.intp]
    codes: Codes
    known: NDArray[np.bool_]

    @classmethod
    def of(cls, annotation: str, column: pa.ChunkedArray) -> "Values":
        """Return the values of text cells, without scores."""
        coded = column.combine_chunks().dictionary_encode()
        hits = [_labels(cell) for cell in coded.dictionary.to_pylist()]
        texts = sorted({label for labels in hits for label in labels})
        number = {label: at for at, label in enumerate(texts)}
        flat = np.array([number[it] for labels in hits for it in labels], dtype=np.int32)
        # A cell that is null is one more kind of cell, without values.
        counts = np.array([*map(len, hits), 0])
        starts = np.cumsum(counts) - counts
        cells = coded.indices.fill_null(len(hits)).to_numpy()
        many = counts[cells]
        within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
        codes = flat[np.repeat(starts[cells], many) + within]
        return cls(annotation, texts, np.repeat(np.arange(len(cells)), many), codes, many > 0)


def _labels(cell: str) -> list[str]:
    if is_missing_value(cell):
        return []
    labels = {plain(hit) for hit in cell.split(";")} - _FLAGS
    return sorted(label for label in labels if label and not is_missing_value(label))


def chosen_labels(
    frame: pd.DataFrame, wanted: Sequence[str], requested: Sequence[str]
) -> dict[str, Labels]:
    """Return annotation -> identifier -> label, of those to score, as protspace chooses them.

    Args:
        frame: annotations, with identifiers in `protein_id`.
        wanted: names, or `AUTO`: text of 2 to 50 values that is not one for each protein.
        requested: entries of the key `annotations`.

    Raises:
        StepError: INVALID_CONFIG, for a name that is no annotation of this run.
    """
    if list(wanted) == [AUTO]:
        return dict(build_annotation_labels(frame, AUTO))
    there = [name for name in frame if name != "protein_id"]
    known = there_are("statistics_annotations", wanted, there, requested)
    # What it warns of names an option of its own.
    logging.getLogger(build_annotation_labels.__module__).setLevel(logging.ERROR)
    labels = dict(build_annotation_labels(frame, known))
    for name in known:
        if name not in labels:
            cli.log.warning(f"statistics: '{name}' has fewer than two values, so no score.")
    return labels


@dataclass(frozen=True)
class Naming:
    """Values that may name clusters, of the proteins of a table: identifiers, shape (n,)."""

    identifiers: pa.ChunkedArray
    values: list[Values]

    def in_order(self, ids: Sequence[str], clusters: Codes) -> Codes:
        """Return the clusters of `ids` in the order of the table, -1 for any other protein."""
        places = pc.index_in(self.identifiers, value_set=pa.array(ids, pa.string()))
        numbers: Codes = np.append(clusters, np.int32(-1))[places.fill_null(len(ids)).to_numpy()]
        return numbers


def naming(table: pa.Table, wanted: Sequence[str]) -> Naming:
    """Return the values of the wanted annotations, or of all text."""
    texts = [
        name
        for name in table.column_names[1:]
        if pa.types.is_string(table[name].type) and not name.startswith(CLUSTER_COLUMN_PREFIX)
    ]
    kept = texts if list(wanted) == [AUTO] else [name for name in wanted if name in texts]
    found = (Values.of(name, table[name]) for name in kept)
    return Naming(table["protein_id"], [each for each in found if not _is_numeric(each)])


def _is_numeric(values: Values) -> bool:
    return bool(values.texts) and all(is_number(text) for text in values.texts)
