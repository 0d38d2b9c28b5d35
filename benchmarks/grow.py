"""Seconds of work to place new proteins on a map: 1 into 573,000, and 10,000 into 100,000.

The embeddings are simulated (plm_like.py), 1,024 numbers each; those of new proteins come from a
file. Steps run in this process: once to import what they need and to make the index beside the map,
then several times, of which the best counts. Maps are two random directions, also that of UMAP:
making one takes minutes, and placing takes as long on any.

`work` is the seconds of all steps that place proteins, one after the other, on one thread.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import plm_like
import pyarrow as pa
import pyarrow.parquet as pq
from measure import ROOT

sys.path.insert(0, str(ROOT))
from steps.cli import Report
from steps.embed.file import read_embeddings, write_embeddings
from steps.embed.step import main as embed
from steps.optional.novelty import main as novelty
from steps.project import threads
from steps.project.output import Origin, finish
from steps.project.placing.old_map import asked_notes, component_notes
from steps.project.placing.pca import Components
from steps.project.step import main as project

DIMENSIONS, LENGTH, SEED = 1024, 350, 42
EMBEDDER, AGAIN = "prot_t5", "BENCHMARK_ON_ONE_THREAD"
PARAMETERS = {"n_neighbors": 25, "min_dist": 0.1, "metric": "euclidean", "random_state": SEED}
#: Of a map, new proteins, the seconds that they may take, and the name of the ratio.
CASES = ((573_000, 1, 2, "grow-one"), (100_000, 10_000, 20, "grow-10000"))
_BLOCK = 10_000


def write_map(folder: Path, old: int, new: int) -> None:
    """Write what a map of so many proteins leaves, and sequences and embeddings of new ones."""
    plm_like.write(folder / "all.h5", old + new, DIMENSIONS)
    _, names, data = read_embeddings(folder / "all.h5")
    for name, rows in (("old.h5", range(old)), ("new.h5", range(old, old + new))):
        parts = (rows[at : at + _BLOCK] for at in range(0, len(rows), _BLOCK))
        blocks = ((names[part[0] : part[-1] + 1], data[part[0] : part[-1] + 1]) for part in parts)
        write_embeddings(folder / name, EMBEDDER, blocks)
    made = {"embedder": EMBEDDER, "dimensions": DIMENSIONS}
    (folder / "old.json").write_text(json.dumps({"parameters": made}))
    write_sequences(folder, names, old)
    write_projections(folder, names[:old], data[:old])
    (folder / "all.h5").unlink()


def write_sequences(folder: Path, names: list[str], old: int) -> None:
    """Write random sequences of the map, and of all, as step normalize does."""
    letters = np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", dtype=np.uint8)
    drawn = np.random.default_rng(SEED).integers(0, 20, (len(names), LENGTH), dtype=np.int8)
    texts = pa.array(letters[drawn].view(f"S{LENGTH}")[:, 0].tolist(), pa.binary())
    table = pa.table({"protein_id": names, "sequence": texts.cast(pa.string())})
    (folder / "map").mkdir()
    pq.write_table(table.slice(0, old), folder / "map" / "sequences.parquet")
    with pq.ParquetWriter(folder / "sequences.parquet", table.schema) as writer:
        for part in (table.slice(0, old), table.slice(old)):
            writer.write_table(part)


def write_projections(folder: Path, names: list[str], data: np.ndarray) -> None:
    """Write two random directions as `pca2` and `umap2`."""
    axes = np.random.default_rng(SEED).normal(size=(DIMENSIONS, 2)).astype(np.float32)
    components = Components(axes.astype(np.float64), np.zeros(2))
    places = components.place(data)
    info = {"pca2": {"n_components": 2}, "umap2": {"n_components": 2, **PARAMETERS}}
    notes = {"pca2": component_notes(components), "umap2": asked_notes("umap", PARAMETERS)}
    for name in info:
        origin = Origin(EMBEDDER, name, info[name], notes[name])
        finish(folder / f"old.{name}.parquet", names, places, origin, Report("project"))


def steps(folder: Path) -> Iterator[tuple[str, Callable[[list[str]], None], list]]:
    """Yield name, function and options of each step that places new proteins, as the rules do."""
    old, everything = folder / "old.h5", folder / "grown.h5"
    new = ["--file", folder / "new.h5", "--name", EMBEDDER, "--cache", "none"]
    onto = ["--onto", old, "--onto-report", folder / "old.json"]
    table = folder / "sequences.parquet"
    yield "embed", embed, [table, "--embedder", EMBEDDER, *new, *onto, "--output", everything]
    index = ["--index", folder / "index" / EMBEDDER]
    for name in ("pca2", "umap2"):
        onto = ["--onto", folder / f"old.{name}.parquet", "--output", folder / f"{name}.parquet"]
        yield name, project, [everything, "--method", name, *onto, *index]
    onto = ["--onto", folder / "map" / "sequences.parquet", "--name", "new"]
    yield "novelty", novelty, [everything, *onto, *index, "--output", folder / "novelty.parquet"]


def seconds(folder: Path, repeat: int) -> dict[str, float]:
    """Return the best seconds of each step, as it reports them, but for the first time."""
    found: dict[str, list[float]] = {}
    for _ in range(repeat + 1):
        for name, main, options in steps(folder):
            main([*map(str, options), "--report", str(folder / "report.json")])
            took = json.loads((folder / "report.json").read_text())["seconds"]
            found.setdefault(name, []).append(took)
    for name, times in found.items():
        shown = " ".join(f"{each:7.2f}" for each in times[1:])
        print(f"  {name:<10} {shown}   (with what is done once: {times[0]:.1f})", flush=True)
    return {name: min(times[1:]) for name, times in found.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--scale", type=float, default=1.0, help="share of the proteins of maps")
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--cases", nargs="*", default=[case[-1] for case in CASES])
    options.add_argument("--keep", type=Path, help="folder in which maps are kept, or are already")
    arguments = options.parse_args()
    if AGAIN not in os.environ:
        # NumPy reads once how many threads it may use, and has been imported by now.
        threads.use_one()
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | {AGAIN: ""})  # noqa: S606
    for old, new, allowed, name in CASES:
        if name not in arguments.cases:
            continue
        old, new = int(old * arguments.scale), max(1, int(new * arguments.scale))
        with tempfile.TemporaryDirectory() as temporary:
            folder = (arguments.keep or Path(temporary)) / name
            if not folder.exists():
                folder.mkdir(parents=True)
                write_map(folder, old, new)
            print(f"{new} into {old} x {DIMENSIONS}", flush=True)
            work = sum(seconds(folder, arguments.repeat).values())
        print(f"{'work':<12} {work:7.2f} s of {allowed}")
        print(f"ratio {name} {work / allowed:.3f} 1.0", flush=True)


if __name__ == "__main__":
    main()
