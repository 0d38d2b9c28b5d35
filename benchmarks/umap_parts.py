"""Where the time of UMAP goes for one HDF5 file, on two threads, with a floor of each part."""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import ROOT

sys.path.insert(0, str(ROOT))
from steps.project import numba_cache, threads

threads.use_one()
numba_cache.use_cache()
threads.let_numba_use(2)

import numpy as np  # noqa: E402  (after the limit of threads)

NEIGHBOURS, SEED, MIN_DIST, EPOCHS = 25, 42, 0.1, 200
NEGATIVES = 5


def timed[Result](name: str, work: Callable[[], Result], floor: tuple[float, str]) -> Result:
    """Do the work; print wall and CPU seconds, and CPU seconds of the floor."""
    wall, cpu = time.monotonic(), time.process_time()
    result = work()
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    print(f"  {name:<12} {wall:8.1f} {cpu:8.1f} {floor[0]:8.1f}  {floor[1]}", flush=True)
    return result


def cpu_seconds(work: Callable[[], Any]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def product_rate() -> float:
    """Return multiplications and additions a CPU second of a product like those of the search."""
    one, other = np.ones((512, 1024), np.float32), np.ones((1024, 1024), np.float32)
    seconds = min(cpu_seconds(lambda: one @ other) for _ in range(20))
    return 2 * 512 * 1024 * 1024 / seconds


def read_rate(points: int) -> float:
    """Return seconds for a random read of a point (8 bytes) among so many."""
    some = np.zeros((points, 2), np.float32)
    places = np.random.default_rng(0).integers(0, points, 5_000_000)
    return cpu_seconds(lambda: some.take(places, axis=0)) / len(places)


def main(source: Path) -> None:
    from steps.embed.file import read_embeddings
    from steps.project.knn.search import nearest_neighbors
    from steps.project.umap.layout import lay_out
    from steps.project.umap.start import start

    with numba_cache.kept_compilations():
        from umap.umap_ import find_ab_params, fuzzy_simplicial_set

    print(f"  {'part':<12} {'wall s':>8} {'CPU s':>8} {'floor':>8}  CPU seconds of a floor: for")
    raw = cpu_seconds(lambda: np.fromfile(source, np.float32))
    _, _, data = timed("read", lambda: read_embeddings(source), (raw, "the bytes of the file"))
    count, width = data.shape
    once = cpu_seconds(lambda: data.sum(axis=0))
    near = timed(
        "neighbours",
        lambda: nearest_neighbors(data, NEIGHBOURS, "euclidean", 2),
        (once, "one sum over all embeddings"),
    )
    looked = 2 * width * count * near.probes * count / max(near.cells, 1) / product_rate()
    print(f"{looked:40.1f}  products with the members of {near.probes} cells each")
    random = np.random.RandomState(SEED)
    graph, _, _ = timed(
        "graph",
        lambda: fuzzy_simplicial_set(
            data, NEIGHBOURS, random, "euclidean", {}, near.indices, near.distances
        ),
        (0.0, "(umap-learn's own)"),
    )
    edges = graph.tocoo()
    begin = timed("start", lambda: start(data, random), (once, "one sum over all embeddings"))
    weights = edges.data[edges.data >= edges.data.max() / EPOCHS]
    moves = EPOCHS * float((weights / weights.max()).sum())
    reads = moves * (NEGATIVES + 2) * read_rate(count)
    timed(
        "layout",
        lambda: lay_out(
            begin,
            (edges.row, edges.col, edges.data),
            find_ab_params(1.0, MIN_DIST),
            EPOCHS,
            SEED,
        ),
        (reads, f"random reads of {moves / 1e6:.0f} million moves"),
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
