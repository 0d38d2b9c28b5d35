"""Split a data set into shards, named `2-of-5`, that are embedded and annotated in parallel jobs.

A shard is a range of proteins in the order of the input; all shards have about the same number of
residues. Their number follows from the FASTA file alone, so the DAG is known at the start.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from steps.formats import unpacked

_CHUNK = 1 << 20


def shard_names(
    datasets: dict[str, str], size: int, count: Callable[[str], int] | None = None
) -> dict[str, list[str]]:
    """Return the names of the shards of each data set (name -> FASTA file).

    Args:
        datasets: name -> FASTA file, plain or compressed.
        size: proteins in a shard, about; 0 gives one shard.
        count: returns the proteins of a file; `count_records` where it is left out.

    Raises:
        OSError: a file cannot be read.
    """
    if not size:
        return dict.fromkeys(datasets, _names(1))
    count = count or count_records
    return {name: _names(math.ceil(count(path) / size)) for name, path in datasets.items()}


def _names(count: int) -> list[str]:
    count = max(count, 1)
    return [f"{number}-of-{count}" for number in range(1, count + 1)]


def count_records(path: str | Path) -> int:
    """Return how many lines of a FASTA file (plain or compressed) begin with `>`.

    Raises:
        OSError: the file cannot be read.
    """
    count, before = 0, b"\n"
    for chunk in _chunks(Path(path)):
        text = before + chunk
        count += text.count(b"\n>") + text.count(b"\r>")
        before = text[-1:]
    return count


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        stream = unpacked(file)
        while chunk := stream.read(_CHUNK):
            yield chunk


def shard_of(table: pa.Table, shard: str) -> pa.Table:
    """Return the rows of sequences.parquet that belong to a shard; all for an empty name."""
    if not shard:
        return table
    number, _, count = shard.partition("-of-")
    # Proteins of which only embeddings are known count alike.
    lengths = pc.fill_null(pc.binary_length(table["sequence"]), 1).to_pylist()
    bounds = boundaries(lengths, int(count))
    start, stop = bounds[int(number) - 1], bounds[int(number)]
    return table.slice(start, stop - start)


def boundaries(lengths: Sequence[int], count: int) -> list[int]:
    """Return the first row of each shard, and the end; no shard is empty while proteins suffice."""
    ends, bounds, row = [0, *accumulate(lengths)], [0], 0
    for number in range(1, count):
        while row < len(lengths) and ends[row] * count < ends[-1] * number:
            row += 1
        row = min(max(row, bounds[-1] + 1), max(len(lengths) - (count - number), bounds[-1]))
        bounds.append(row)
    return [*bounds, len(lengths)]
