"""CPU and wall seconds and peak memory of the optional branches, by number of proteins.

Similarity gets families of sequences (those of `scale.py`). Transfer and statistics get embeddings
like those of language models (those of `plm_like.py`, 1,024 dimensions); of 573,000 proteins,
50,000 have the annotation that is transferred. Each step is a process of its own, as in the
pipeline. The whole of docs/scale.md: --similarity 100000 --transfer 573000 --statistics 573000.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import plm_like
import pyarrow as pa
import pyarrow.parquet as pq
from measure import ROOT
from scale import Cost, measured, write_families

sys.path.insert(0, str(ROOT))
from steps.embed.file import read_embeddings

SWISS_PROT, REFERENCES = 573_000, 50_000
#: Seconds that transfer and statistics of so many may take; others in proportion, and a start.
SECONDS, START = 120, 5
#: MB that similarity of 100,000 may take; fewer hardly need less, for MMseqs2's index.
MEGABYTES = 3 * 1024
#: Values of the columns that statistics score.
VALUES = (3, 12, 30, 45)


def write_tables(folder: Path, count: int) -> None:
    """Write embeddings, a projection of them and annotations."""
    plm_like.write(folder / "v.h5", count)
    _, names, vectors = read_embeddings(folder / "v.h5")
    columns = {"protein_id": names, "x": vectors[:, 0], "y": vectors[:, 1]}
    origin = {"embedder": "prot_t5", "method": "pca2", "info_json": "{}"}
    pq.write_table(pa.table(columns).replace_schema_metadata(origin), folder / "p.parquet")
    pq.write_table(annotations(names), folder / "a.parquet")


def annotations(names: list[str]) -> pa.Table:
    """A column of families that most proteins lack, and columns of few values."""
    above, family = plm_like.families(len(names))
    lacking = np.random.default_rng(0).random(len(names)) >= REFERENCES / SWISS_PROT
    label = np.char.add("family ", family.astype(str))
    columns = {"protein_id": names, "family": pa.array(label, pa.string(), mask=lacking)}
    for count in VALUES:
        text = np.char.add(f"one of {count}: ", (above * 7919 % count).astype(str))
        columns[f"group_{count}"] = pa.array(text, pa.string())
    return pa.table(columns)


def similarity(folder: Path, count: int, threads: int) -> list[tuple[str, Cost]]:
    write_families(folder / "x.fasta", count)
    made = ["--fasta", str(folder / "s.fasta"), "--table", str(folder / "s.parquet")]
    normalize = ["normalize", str(folder / "x.fasta"), *made]
    subprocess.run([sys.executable, "-m", "steps", *normalize], check=True, cwd=ROOT)
    found, placed = str(folder / "i.parquet"), str(folder / "m.parquet")
    options = ["--threads", str(threads), "--output"]
    return [
        ("similarity", measured("similarity", [str(folder / "s.parquet"), *options, found])),
        ("project", measured("project_similarity", [found, *options, placed])),
    ]


def transfer(folder: Path, threads: int) -> list[tuple[str, Cost]]:
    options = ["--embeddings", str(folder / "v.h5"), "--transfer", "family"]
    options += ["--threads", str(threads), "--output", str(folder / "t.parquet")]
    options += ["--origins", str(folder / "t.tsv")]
    return [("transfer", measured("transfer", [str(folder / "a.parquet"), *options]))]


def statistics(folder: Path) -> list[tuple[str, Cost]]:
    options = ["--embeddings", str(folder / "v.h5"), "--projections", str(folder / "p.parquet")]
    options += ["--annotations", str(folder / "a.parquet")]
    for name, file in (("scores", "c.parquet"), ("quality", "q.json")):
        options += [f"--{name}", str(folder / file)]
    options += ["--clusters", str(folder / "k.parquet"), "--styles", str(folder / "y.json")]
    return [("statistics", measured("statistics", options))]


def print_costs(count: int, costs: list[tuple[str, Cost]]) -> None:
    for name, cost in costs:
        numbers = f"{cost.wall:9.1f} {cost.cpu:9.1f} {cost.megabytes:8.0f}"
        print(f"{name:<12} {count:>8} {numbers}", flush=True)


def print_seconds(count: int, costs: list[tuple[str, Cost]]) -> None:
    """Print wall seconds over what so many proteins may take."""
    allowed = START + SECONDS * count / SWISS_PROT
    for name, cost in costs:
        print(f"ratio branches-{name}-seconds-{count} {cost.wall / allowed:.3f} 1.0", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--similarity", type=int, nargs="*", default=[20_000])
    options.add_argument("--transfer", type=int, nargs="*", default=[20_000, 100_000])
    options.add_argument("--statistics", type=int, nargs="*", default=[20_000, 100_000])
    options.add_argument("--threads", type=int, default=2)
    arguments = options.parse_args()
    print(f"{'':<12} proteins    wall s     CPU s  peak MB", flush=True)
    for count in arguments.similarity:
        with tempfile.TemporaryDirectory() as folder:
            print_costs(count, costs := similarity(Path(folder), count, arguments.threads))
        most = max(cost.megabytes for _, cost in costs) / MEGABYTES
        print(f"ratio branches-similarity-memory-{count} {most:.3f} 1.0", flush=True)
    for count in sorted({*arguments.transfer, *arguments.statistics}):
        with tempfile.TemporaryDirectory() as folder:
            write_tables(Path(folder), count)
            if count in arguments.transfer:
                print_costs(count, costs := transfer(Path(folder), arguments.threads))
                print_seconds(count, costs)
            if count in arguments.statistics:
                print_costs(count, costs := statistics(Path(folder)))
                print_seconds(count, costs)


if __name__ == "__main__":
    main()
