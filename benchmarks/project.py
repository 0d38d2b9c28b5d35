"""Our projections of one HDF5 file against `protspace project`, wall time and peak memory.

Both get the same vectors (simulated clusters, 1,024 dimensions) and make pca2 and umap2 with
compiled code on disk. Ours are two processes at once, as the pipeline starts them on two cores;
protspace makes both in one process, which may use both cores too.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import numpy as np
from measure import Cost, alternate, print_ratio, print_row, run_together

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from steps.embed.file import write_embeddings

DIMENSIONS, CLUSTERS = 1024, 25


def make_embeddings(path: Path, count: int) -> None:
    rng = np.random.default_rng(count)
    centres = rng.normal(size=(CLUSTERS, DIMENSIONS))
    vectors = centres[rng.integers(0, CLUSTERS, count)] + rng.normal(size=(count, DIMENSIONS))
    write_embeddings(path, "prot_t5", [([f"P{i:06d}" for i in range(len(vectors))], vectors)])


def compare(count: int, repeat: int, folder: Path) -> None:
    source, python = str(folder / f"{count}.h5"), sys.executable
    make_embeddings(Path(source), count)

    def ours() -> Cost:
        step = [python, "-m", "steps", "project", source, "--output", str(folder / "out.parquet")]
        umap = ["--method", "umap2", "--threads", str(os.cpu_count())]
        return run_together([*step, "--method", "pca2"], [*step, *umap])

    def protspace() -> Cost:
        script = str(Path(python).with_name("protspace"))
        return run_together(
            [script, "project", "-i", source, "-m", "pca2,umap2", "-o", str(folder)]
        )

    own, reference = alternate(ours, protspace, repeat)
    print(f"\n{count} x {DIMENSIONS}, pca2 and umap2, median of {repeat} (range), peak memory")
    print_row("protspace project", reference)
    print_row("steps.project.step, two processes", own)
    print_ratio(f"project-{count}", own, reference, 0.35 if count < 5000 else 0.20)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", type=int, nargs="+", default=[1000, 5000, 10_000])
    options.add_argument("--repeat", type=int, default=3)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for count in arguments.sizes:
            compare(count, arguments.repeat, Path(folder))


if __name__ == "__main__":
    main()
