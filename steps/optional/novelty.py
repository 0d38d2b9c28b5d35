"""Tell new proteins of a map from old ones: when each was added, and how novel it was then.

The output has `protein_id`, `added` (the data set with which it came) and `novelty`: the share of
old proteins that have another old one nearer than the new protein has its nearest one (0 to 1;
missing for those that the map began with).
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.cells import GRAMMAR
from steps.config import defaults
from steps.files import replacing

if TYPE_CHECKING:
    import numpy as np

    from steps.project.placing.search import Search

_SHOWN = 5


def main(argv: list[str] | None = None) -> None:
    """Run step novelty."""
    options = cli.parser("novelty", __doc__)
    options.add_argument("embeddings", type=Path, help="HDF5 file of all proteins, old ones first")
    options.add_argument("--onto", type=Path, required=True, help="sequences.parquet of the map")
    options.add_argument("--earlier", type=Path, nargs="?", help="this table of the map, if any")
    options.add_argument("--neighbours", type=Path, nargs="?", help="those of the map, if known")
    options.add_argument("--index", type=Path, metavar="PREFIX", help="of kept cells of the map")
    options.add_argument("--metric", default=defaults.METRIC)
    options.add_argument("--name", required=True, help="data set of the new proteins")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--output", type=Path, required=True, help="parquet file to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.embed.file import read_embeddings

    embedder, identifiers, data = read_embeddings(arguments.embeddings)
    earlier = _earlier(arguments, identifiers)
    count = earlier.num_rows
    found = _novelty(arguments, data[:count], data[count:])
    name = _free_name(arguments.name, earlier["added"].to_pylist())
    new = {
        "protein_id": pa.array(identifiers[count:], pa.string()),
        "added": pa.array([name] * len(found), pa.string()),
        "novelty": pa.array(found, pa.float64()),
    }
    joined = pa.concat_tables([earlier, pa.table(new)])
    if joined["novelty"].null_count == len(joined):
        # As of annotations, a column without any value is left out.
        joined = joined.drop_columns(["novelty"])
    with replacing(arguments.output) as staged:
        pq.write_table(joined.replace_schema_metadata(GRAMMAR), staged)
    far = _far(identifiers[count:], found)
    report.counts = {"old": count, "new": len(found), "far": len(far)}
    report.parameters = {"embedder": embedder, "metric": arguments.metric, "added": name}
    report.packages = ("numpy", "faiss-cpu")


def _earlier(arguments: argparse.Namespace, identifiers: Sequence[str]) -> pa.Table:
    """Return the rows of the proteins of the map that are still on it."""
    if arguments.earlier:
        found = pq.read_table(arguments.earlier)
    else:
        found = pq.read_table(arguments.onto, columns=["protein_id"])
        name = arguments.onto.absolute().parent.name
        found = found.append_column("added", pa.repeat(pa.scalar(name), len(found)))
    if "novelty" not in found.column_names:
        found = found.append_column("novelty", pa.nulls(len(found), pa.float64()))
    kept = pc.is_in(found["protein_id"], value_set=pa.array(identifiers, pa.string()))
    return found.filter(kept).replace_schema_metadata(None)


def _free_name(name: str, taken: Sequence[str]) -> str:
    """Return the name, with a number where earlier proteins of the map came under it, too."""
    known, number, free = set(taken), 1, name
    while free in known:
        number += 1
        free = f"{name} ({number})"
    return free


def _novelty(arguments: argparse.Namespace, old: "np.ndarray", new: "np.ndarray") -> list[float]:
    from steps.project import threads

    threads.use_one()
    threads.let_numba_use(arguments.threads)
    from steps.project.placing.novelty import novelty
    from steps.project.placing.search import Search

    if not len(new):
        return []
    # That of a map from which proteins have left is not kept.
    whole = pq.read_metadata(arguments.onto).num_rows == len(old)
    search = Search(arguments.index if whole else None)
    near = search.nearest(new, old, 1, arguments.metric, arguments.threads)
    found = novelty(near.distances[:, 0], _usual(arguments, old, search))
    return [round(float(value), 4) for value in found]


def _usual(arguments: argparse.Namespace, old: "np.ndarray", search: "Search") -> "np.ndarray":
    """Return distances of old proteins to their nearest other one: as listed, or of a sample."""
    import numpy as np

    from steps.project.placing.kept import kept
    from steps.project.placing.novelty import usual_distances
    from steps.project.placing.search import mark

    metric = arguments.metric
    for path in [arguments.neighbours] if arguments.neighbours else []:
        listed = pq.read_table(path)
        if (listed.schema.metadata or {}).get(b"metric") == metric.encode():
            nearest: np.ndarray = pc.list_flatten(
                pc.list_slice(listed["distances"], 0, 1)
            ).to_numpy()
            return nearest

    def find() -> list[float]:
        found: list[float] = usual_distances(old, metric, arguments.threads).tolist()
        return found

    return np.array(kept(search.file(old, f"{metric}.json"), [mark(old, metric)], find), np.float32)


def _far(identifiers: Sequence[str], found: Sequence[float]) -> list[str]:
    """Return new proteins that are far from all old ones; say so."""
    from steps.project.placing.novelty import FAR

    pairs = zip(identifiers, found, strict=True)
    far = sorted((pair for pair in pairs if pair[1] > FAR), key=lambda pair: -pair[1])
    if far:
        shown = ", ".join(f"{name} (novelty {value:.2f})" for name, value in far[:_SHOWN])
        more = ", ..." if len(far) > _SHOWN else ""
        cli.log.warning(
            f"{len(far)} of {len(found)} new proteins have no near neighbour on the map, so their "
            f"places on it say little: {shown}{more}."
        )
    return [name for name, _ in far]
