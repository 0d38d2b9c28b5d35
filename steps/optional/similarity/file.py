"""Read and write identities of sequences as a sparse matrix: a row of parquet for each protein.

`protein_id`; `neighbors`, the row numbers of proteins that MMseqs2 aligns with it, ascending; and
`identities`, their shares of identical residues (float32, above 0, at most 1). A pair stands in the
rows of both, and no protein in its own. Pairs that are not there have nothing in common.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from scipy.sparse import csr_array

from steps.files import replacing


def write_similarities(path: Path, identifiers: Sequence[str], matrix: csr_array) -> None:
    """Write a symmetric matrix of identities, shape (n, n), without its diagonal."""
    matrix.sort_indices()
    starts = pa.array(matrix.indptr, pa.int32())
    lists = [
        pa.ListArray.from_arrays(starts, pa.array(values, kind))
        for values, kind in ((matrix.indices, pa.int32()), (matrix.data, pa.float32()))
    ]
    names = ["protein_id", "neighbors", "identities"]
    table = pa.table([pa.array(identifiers, pa.string()), *lists], names)
    with replacing(path) as staged:
        pq.write_table(table, staged)


def read_similarities(path: Path) -> tuple[list[str], csr_array]:
    """Return identifiers, and identities as `write_similarities` got them."""
    table = pq.read_table(path)
    identifiers = table["protein_id"].to_pylist()
    columns = [table[name].combine_chunks() for name in ("neighbors", "identities")]
    neighbors, identities = (column.flatten().to_numpy() for column in columns)
    starts = np.concatenate([[0], np.cumsum(columns[0].value_lengths().to_numpy())])
    shape = (len(identifiers), len(identifiers))
    return identifiers, csr_array((identities, neighbors, starts), shape=shape)
