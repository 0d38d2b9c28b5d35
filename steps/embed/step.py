"""sequences.parquet -> one HDF5 file of embeddings; equal sequences are embedded once.

With `--file` the embeddings are those of the given files; with `--onto`, those of an earlier map
come first.
"""

import argparse
from collections.abc import Iterator, Sequence
from itertools import batched, chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from steps import cli
from steps.cache.options import add_cache_options
from steps.config import defaults
from steps.embed.file import read_embeddings, write_embeddings
from steps.embed.job import Job, need_sequences
from steps.embed.joined import link_of
from steps.embed.models import BACKENDS, Options
from steps.embed.models.catalogue import embedder_name
from steps.errors import StepError
from steps.progress import Progress
from steps.shards import shard_of

if TYPE_CHECKING:
    from steps.embed.onto import OldEmbeddings

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
    options.add_argument("--file", type=Path, nargs="*", default=[], help="embeddings in HDF5")
    options.add_argument("--name", help="embedder of these files, as it was given")
    options.add_argument("--missing", choices=("refuse", "embed"), default=defaults.MISSING)
    options.add_argument("--onto", type=Path, nargs="?", help="embeddings of a map to join")
    options.add_argument("--onto-report", type=Path, nargs="?", help="report of their step")
    add_cache_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    columns = ["protein_id", "sequence"]
    old = _old(arguments)
    whole = pq.read_table(arguments.sequences, columns=columns[:1] if old else columns)
    table = old.new(arguments.sequences) if old else shard_of(whole, arguments.shard)
    identifiers, sequences = (table[name].to_pylist() for name in columns)
    total = len(table) if old else whole.num_rows
    job = Job(arguments, report, Progress(arguments.log, len(table), total=total), old)
    name = arguments.name or embedder_name(arguments.embedder)
    embeddings, order = _embeddings(job, name, identifiers, sequences)
    blocks = _blocks(identifiers, embeddings, order)
    link, count = None, 0
    if old:
        kept = whole["protein_id"][: len(whole) - len(table)].to_pylist()
        link = old.link(arguments.output, kept, len(table))
        count = link.rows if link else 0
        identifiers, blocks = [*kept, *identifiers], chain(old.blocks(kept, count), blocks)
        old.complete(report, len(kept))
    if not link:
        # Of an earlier run.
        link_of(arguments.output).unlink(missing_ok=True)
    write_embeddings(arguments.output, report.parameters["embedder"], blocks, link)
    # Or they would be in memory twice while they are read back.
    del embeddings, blocks
    _check(arguments.output, identifiers, count)


def _old(arguments: argparse.Namespace) -> "OldEmbeddings | None":
    """Return the embeddings of the map that these join, if any."""
    if not arguments.onto:
        return None
    # Other runs need none of it.
    from steps.embed.onto import OldEmbeddings

    return OldEmbeddings(arguments.onto, arguments.onto_report)


def _embeddings(
    job: Job, name: str, identifiers: list[str], sequences: list[str | None]
) -> tuple[np.ndarray, list[int]]:
    """Return embeddings, and the row of each protein among them."""
    if not job.arguments.file:
        return job.computed(name, need_sequences(name, sequences))
    return job.given(name, identifiers, sequences), list(range(len(identifiers)))


def _blocks(
    identifiers: list[str], embeddings: np.ndarray, order: list[int]
) -> Iterator[tuple[Sequence[str], np.ndarray]]:
    for block in batched(zip(identifiers, order, strict=True), _BLOCK):
        names, rows = zip(*block, strict=True)
        yield names, embeddings[list(rows)]


def _check(path: Path, identifiers: list[str], linked: int) -> None:
    """Check that the file holds a usable embedding for each protein but the first, linked ones."""
    _, names, embeddings = read_embeddings(path)
    written = embeddings[linked:]
    usable = sum(np.isfinite(written[rows]).all(axis=1).sum() for rows in _parts(len(written)))
    bad = len(identifiers) - linked - int(usable)
    if bad or names != identifiers:
        raise StepError(
            "EMBEDDING_INCOMPLETE",
            f"{path.name} lacks a usable embedding for {bad} of {len(names)} proteins. Run again.",
        )


def _parts(count: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, count, _BLOCK)]
