"""The labels of one annotation, as numbers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from protspace.core.constants import is_missing_value

Rows = npt.NDArray[np.integer]


@dataclass(frozen=True)
class Labels:
    """Labels of proteins: `texts`, sorted, and the number of each protein's, -1 for none."""

    texts: list[str]
    codes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> "Labels":
        """Return the labels of a column; a cell that ProtSpace shows as N/A is none."""
        encoded = pa.chunked_array([column.combine_chunks()]).combine_chunks().dictionary_encode()
        values = encoded.dictionary.to_pylist()
        labels = ["" if is_missing_value(value) else str(value) for value in values]
        texts = sorted(set(labels) - {""})
        number = {label: at for at, label in enumerate(texts)}
        numbers = np.array([*(number.get(label, -1) for label in labels), -1], dtype=np.int32)
        return cls(texts, numbers[encoded.indices.fill_null(len(labels)).to_numpy()])
