"""sequences.parquet -> one HDF5 file of embeddings. Equal sequences are embedded once."""

import argparse
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from steps import command
from steps.embedders import EMBEDDERS, Embedder, get_embedder
from steps.embeddings import write_embeddings
from steps.errors import StepError
from steps.progress import Progress


def embed(
    embedder: Embedder, sequences: list[str], log_path: Path | None = None
) -> tuple[np.ndarray, list[int]]:
    """Vectors of the distinct sequences, and for each sequence the row of its vector.

    Progress is written beside `log_path`.

    Raises:
        StepError: EMBEDDING_INCOMPLETE where a vector is missing or not finite.
    """
    rows: dict[str, int] = {}
    index = [rows.setdefault(sequence, len(rows)) for sequence in sequences]
    vectors = embedder.embed(list(rows), Progress(log_path, len(rows)).advance)
    bad = len(rows) - np.isfinite(vectors).all(axis=1).sum()
    if bad:
        raise StepError(
            "EMBEDDING_INCOMPLETE",
            f"{embedder.name} gave no usable vector for {bad} of {len(rows)} sequences. Run again.",
        )
    return vectors, index


def main(argv: list[str] | None = None) -> None:
    options = command.parser("embed", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--embedder", choices=EMBEDDERS, required=True)
    options.add_argument("--output", type=Path, required=True, help="HDF5 file to write")
    command.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: command.Report) -> None:
    embedder = get_embedder(arguments.embedder)
    table = pq.read_table(arguments.sequences, columns=["protein_id", "sequence"])
    identifiers = table["protein_id"].to_pylist()
    vectors, index = embed(embedder, table["sequence"].to_pylist(), arguments.log)
    rows = ((name, vectors[row]) for name, row in zip(identifiers, index, strict=True))
    write_embeddings(arguments.output, embedder.name, rows)
    report.counts = {"sequences": len(index), "embedded": len(vectors)}
    report.parameters = {"embedder": embedder.name, "dimensions": vectors.shape[1]}
    report.packages = ("h5py", *embedder.packages)


if __name__ == "__main__":
    main()
