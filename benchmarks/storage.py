"""Embeddings in HDF5, a dataset a protein as protspace lays them out, against one array.

Both hold 100,000 x 1,024 float32; files lie in a temporary folder, and stay in the system's cache.
Also the look-up of an upload's vectors in a store.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import h5py
import numpy as np
from measure import ROOT

sys.path.insert(0, str(ROOT))
from steps.cache import open_cache, sequence_digest
from steps.embed.file import read_embeddings, write_embeddings

DIMENSIONS, TARGET = 1024, 3.0
UPLOAD, TARGET_SECONDS = 1000, 0.1


def write_array(path: Path, vectors: np.ndarray) -> None:
    with h5py.File(path, "w") as file:
        file["embeddings"] = vectors


def read_array(path: Path) -> np.ndarray:
    with h5py.File(path) as file:
        return file["embeddings"][:]


def timed(work: Callable, *arguments: object) -> float:
    started = time.monotonic()
    work(*arguments)
    return time.monotonic() - started


def benchmark(folder: Path, count: int, repeat: int) -> None:
    vectors = np.random.default_rng(0).normal(size=(count, DIMENSIONS)).astype(np.float32)
    names = [f"P{number:06d}" for number in range(count)]
    one, many = folder / "one.h5", folder / "many.h5"
    seconds: dict[str, list[float]] = {"write": [], "read": []}
    arrays: dict[str, list[float]] = {"write": [], "read": []}
    for _ in range(repeat):
        arrays["write"].append(timed(write_array, one, vectors))
        seconds["write"].append(timed(write_embeddings, many, "prot_t5", [(names, vectors)]))
        arrays["read"].append(timed(read_array, one))
        seconds["read"].append(timed(read_embeddings, many))
    size = "" if count == 100_000 else f"-{count}"
    for name in seconds:
        ours, array = median(seconds[name]), median(arrays[name])
        print(f"{name} {count} x {DIMENSIONS}: {ours:.2f} s, as one array {array:.2f} s")
        print(f"ratio storage-{name}{size} {ours / array:.1f} {TARGET}", flush=True)


def from_store(folder: Path, repeat: int) -> None:
    """Seconds to look up the vectors of an upload that are all known."""
    digests = [sequence_digest(str(number)) for number in range(UPLOAD)]
    with open_cache(str(folder / "store.sqlite")) as store:
        vectors = np.random.default_rng(0).normal(size=(UPLOAD, DIMENSIONS)).astype(np.float32)
        store.add_embeddings("prot_t5", "1", dict(zip(digests, vectors, strict=True)))
        seconds = [timed(store.embeddings, "prot_t5", "1", digests) for _ in range(repeat)]
    print(f"look-up of {UPLOAD} x {DIMENSIONS} in a store (SQLite)")
    print(f"ratio store-look-up-seconds {median(seconds):.3f} {TARGET_SECONDS}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--proteins", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=3)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        benchmark(Path(folder), arguments.proteins, arguments.repeat)
        from_store(Path(folder), arguments.repeat)


if __name__ == "__main__":
    main()
