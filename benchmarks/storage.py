"""Embeddings in HDF5, a dataset a protein as protspace lays them out, against one array.

Both hold 100,000 x 1,024 float32; files lie in a temporary folder, and stay in the system's cache.
Also the look-up of an upload's vectors in a store, and the import of a file as UniProt writes it.
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
from steps.embed.imports import import_file

DIMENSIONS, TARGET = 1024, 3.0
UPLOAD, TARGET_SECONDS = 1000, 0.1
IMPORT_RATE = 20_000


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


def import_published(folder: Path, count: int) -> None:
    """Import a file of half precision with its FASTA file; the ratio is of seconds."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(count, DIMENSIONS)).astype(np.float16)
    residues = rng.choice(np.frombuffer(b"ACDEFGHIKLMNPQRSTVWY", np.uint8), (count, 360))
    names = [f"P{number * 7919 % 1000003:06d}" for number in range(count)]
    with h5py.File(folder / "published.h5", "w") as file:
        for name, row in zip(names, rows, strict=True):
            file.create_dataset(name, data=row)
    with (folder / "published.fasta").open("wb") as fasta:
        for name, text in zip(names, residues, strict=True):
            fasta.write(b">sp|%b|X_HUMAN Text\n%b\n" % (name.encode(), text.tobytes()))
    with open_cache(str(folder / "published.sqlite")) as cache:
        files = folder / "published.h5", folder / "published.fasta"
        seconds = timed(import_file, cache, *files, "prot_t5")
    print(f"import of {count} x {DIMENSIONS}: {count / seconds:,.0f} embeddings a second")
    size = "" if count == 100_000 else f"-{count}"
    ratio = IMPORT_RATE * seconds / count
    print(f"ratio import-of-{IMPORT_RATE}-per-second{size} {ratio:.2f} 1.0", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--proteins", type=int, default=100_000)
    options.add_argument("--repeat", type=int, default=3)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        benchmark(Path(folder), arguments.proteins, arguments.repeat)
        from_store(Path(folder), arguments.repeat)
        import_published(Path(folder), arguments.proteins)


if __name__ == "__main__":
    main()
