"""sequences.parquet -> one HDF5 file of embeddings; equal sequences are embedded once."""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import fields
from itertools import batched
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from steps import cli
from steps.cache.options import add_cache_options, open_from
from steps.embed.file import read_embeddings, write_embeddings
from steps.embed.models import BACKENDS, Embedder, Options, get_embedder
from steps.embed.models.catalogue import embedder_name
from steps.embed.reuse import Reuse
from steps.errors import StepError
from steps.progress import EvenProgress, Progress
from steps.shards import shard_of

#: Embeddings that are in memory a second time while they are written.
_BLOCK = 1000


def main(argv: list[str] | None = None) -> None:
    """Run step embed."""
    options = cli.parser("embed", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--embedder", required=True, help="'/' may be written as '--'")
    options.add_argument("--shard", default="", metavar="I-of-N", help="only these proteins")
    options.add_argument("--output", type=Path, required=True, help="HDF5 file to write")
    options.add_argument("--backend", choices=BACKENDS, default=Options.backend)
    options.add_argument("--biocentral-url", default=Options.biocentral_url)
    options.add_argument("--requests-in-flight", type=int, default=Options.requests_in_flight)
    options.add_argument("--models", default=Options.models, help="folder with checkpoints")
    add_cache_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    options = Options(**{field.name: getattr(arguments, field.name) for field in fields(Options)})
    embedder = get_embedder(embedder_name(arguments.embedder), options)
    columns = ["protein_id", "sequence"]
    whole = pq.read_table(arguments.sequences, columns=columns)
    table = shard_of(whole, arguments.shard)
    identifiers, residues = (table[name].to_pylist() for name in columns)
    # No embedder knows J (Leu or Ile).
    sequences = [text.replace("J", "X") for text in residues]
    rows = {sequence: row for row, sequence in enumerate(dict.fromkeys(sequences))}
    progress = Progress(arguments.log, len(sequences), total=whole.num_rows)
    embeddings, reused = _embeddings(embedder, list(rows), arguments, progress)
    dimensions = embeddings.shape[1]
    order = [rows[sequence] for sequence in sequences]
    write_embeddings(arguments.output, embedder.name, _blocks(identifiers, embeddings, order))
    # Or they would be in memory twice while they are read back.
    del embeddings
    _check(arguments.output, identifiers)
    report.counts = {"sequences": len(sequences), "distinct": len(rows), "reused": reused}
    report.parameters = {"embedder": embedder.name, "dimensions": dimensions}
    if embedder.revision:
        report.parameters |= {"backend": options.backend, "revision": embedder.revision}
    report.packages = ("h5py", *embedder.packages)


def _embeddings(
    embedder: Embedder, sequences: list[str], arguments: argparse.Namespace, progress: Progress
) -> tuple[np.ndarray, int]:
    """Return the embeddings of distinct sequences, and how many came from the cache."""
    if not sequences:
        # A shard of a data set with fewer proteins than its FASTA file has records.
        return np.empty((0, embedder.dimensions or 0), np.float32), 0
    if embedder.revision is None:
        work = EvenProgress(progress.advance, progress.items, len(sequences))
        ((_, embeddings),) = embedder.embed(sequences, work.advance)
        return embeddings, 0
    with open_from(arguments) as cache:
        reuse = Reuse(cache, embedder, sequences, progress)
        embeddings = reuse.complete()
        # Without a cache, what arrived is kept beside the output until all of it is there.
        if arguments.cache == "none":
            cache.discard()
    return embeddings, reuse.reused


def _blocks(
    identifiers: list[str], embeddings: np.ndarray, order: list[int]
) -> Iterator[tuple[Sequence[str], np.ndarray]]:
    for block in batched(zip(identifiers, order, strict=True), _BLOCK):
        names, rows = zip(*block, strict=True)
        yield names, embeddings[list(rows)]


def _check(path: Path, identifiers: list[str]) -> None:
    """Check that the file itself holds a usable embedding for each protein."""
    _, names, embeddings = read_embeddings(path)
    bad = len(identifiers) - np.isfinite(embeddings).all(axis=1).sum()
    if bad or names != identifiers:
        raise StepError(
            "EMBEDDING_INCOMPLETE",
            f"{path.name} lacks a usable embedding for {bad} of {len(names)} proteins. Run again.",
        )
