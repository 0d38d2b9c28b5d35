"""How often the nearest neighbour of a protein has its label, for embedders side by side.

Each figure is the mean over labels of the share of their proteins whose nearest other labelled
protein (Euclidean) has the same label; labels with one protein are left out. For `far`, neighbours
that align with at least 40 % identity over half of both (MMseqs2) are forbidden, and proteins
count only if another one of their label remains.

    python benchmarks/embedders.py --toxins toxins.tsv.gz prot_t5.h5

The toxins are a table with the columns accession, families, category and sequence. The names are
those of UniProt proteins that Debian's package mmseqs2-examples brings. An HDF5 file has embeddings
by accession of either of them. What is not there gives no figure.
"""

import argparse
import csv
import gzip
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from measure import ROOT

sys.path.insert(0, str(ROOT))
from steps.embed.file import read_embeddings
from steps.embed.models import OWN, get_embedder
from steps.embed.models.residues import AMINO_ACIDS

EXAMPLES = Path("/usr/share/doc/mmseqs2/example-data/DB.fasta.gz")
HEADER = re.compile(r">\w+\|(\w+)\|\S+ (.*?) OS=")
#: Names that say nothing of what a protein is.
UNKNOWN = ("uncharacterized", "putative", "predicted", "hypothetical")
COLUMNS = ("family", "family, far", "category, far", "name")
TIMED, LENGTH, TARGET_SECONDS = 20_000, 450, 8.0
_BLOCK = 1000

Distances = Callable[[slice], np.ndarray]


@dataclass
class Proteins:
    """Distinct proteins with labels, "" where there is none.

    `near` are pairs that align well (boolean, shape (n, n)), `bits` the scores of alignments.
    """

    accessions: list[str]
    sequences: list[str]
    labels: dict[str, list[str]]
    near: np.ndarray | None = None
    bits: np.ndarray | None = None


def toxins(path: Path) -> Proteins:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    rows = list({row["sequence"]: row for row in reversed(rows)}.values())
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    labels = {"family": columns["families"], "category": columns["category"]}
    return Proteins(columns["accession"], columns["sequence"], labels)


def named() -> Proteins:
    """Return the example proteins of 30 residues or more; those with a name of three or more."""
    records = gzip.decompress(EXAMPLES.read_bytes()).decode().split("\n>")
    found = {}
    for record in records:
        header, _, sequence = record.partition("\n")
        match = HEADER.match(">" + header.lstrip(">"))
        if match and len(text := sequence.replace("\n", "")) >= 30:
            found.setdefault(text, (match[1], match[2].lower()))
    accessions, names = zip(*found.values(), strict=True)
    known = Counter(name for name in names if not name.startswith(UNKNOWN))
    labels = [name if known[name] >= 3 else "" for name in names]
    return Proteins(list(accessions), list(found), {"name": labels})


def align(proteins: Proteins) -> None:
    """Compare all with all by MMseqs2, sensitivity 8."""
    count = len(proteins.sequences)
    proteins.near, proteins.bits = np.zeros((count, count), bool), np.zeros((count, count), "f4")
    with tempfile.TemporaryDirectory() as folder:
        fasta, hits = Path(folder, "x.fasta"), Path(folder, "x.tsv")
        fasta.write_text("".join(f">{n}\n{s}\n" for n, s in enumerate(proteins.sequences)))
        command = ["mmseqs", "easy-search", fasta, fasta, hits, Path(folder, "work"), "-s", "8"]
        command += ["-e", "10", "--max-seqs", "100000", "-v", "1"]
        command += ["--format-output", "query,target,bits,fident,qcov,tcov"]
        subprocess.run(list(map(str, command)), check=True)
        for line in hits.open():
            one, other, bits, identity, *covered = map(float, line.split("\t"))
            pair = int(one), int(other)
            proteins.bits[pair] = max(proteins.bits[pair], bits)
            if identity >= 0.4 and min(covered) >= 0.5:
                proteins.near[pair] = proteins.near[pair[::-1]] = True


def agreement(distances: Distances, labels: Sequence[str], near: np.ndarray | None) -> float:
    """Return the mean over labels, from 0 to 1."""
    known = Counter(labels)
    codes = np.unique(labels, return_inverse=True)[1]
    usable = np.array([label != "" and known[label] > 1 for label in labels])
    hits, tries = np.zeros(len(codes)), np.zeros(len(codes))
    for start in range(0, len(codes), _BLOCK):
        rows = slice(start, min(start + _BLOCK, len(codes)))
        own = np.arange(rows.start, rows.stop)
        allowed = np.tile(usable, (len(own), 1)) if near is None else usable & ~near[rows]
        allowed[np.arange(len(own)), own] = False
        same = codes[own, None] == codes
        counted = usable[rows] & (same & allowed).any(axis=1)
        found = np.where(allowed, distances(rows), np.inf)
        nearest = found.argmin(axis=1)
        right = (codes[nearest] == codes[own]) & np.isfinite(found.min(axis=1))
        np.add.at(tries, codes[rows][counted], 1)
        np.add.at(hits, codes[rows][counted], right[counted])
    return float((hits[tries > 0] / tries[tries > 0]).mean())


def euclidean(embeddings: np.ndarray) -> Distances:
    """Return squared distances of a block of rows from all, but for a summand of each row."""
    squares = np.square(embeddings).sum(axis=1)
    return lambda rows: squares - 2 * embeddings[rows] @ embeddings.T


def by_score(bits: np.ndarray) -> Distances:
    """Return distances that fall with the score; proteins that do not align are infinitely far."""
    return lambda rows: np.where(bits[rows] > 0, -bits[rows], np.inf)


def embed(name: str, sequences: Iterable[str]) -> np.ndarray:
    ((_, embeddings),) = get_embedder(name).embed(list(sequences), lambda count: None)
    return embeddings


def load(path: Path, proteins: Proteins) -> np.ndarray | None:
    """Return the embeddings of the proteins in a file, or `None` if it lacks one."""
    _, names, embeddings = read_embeddings(path)
    rows = {name: row for row, name in enumerate(names)}
    if not rows.keys() >= set(proteins.accessions):
        return None
    return embeddings[[rows[name] for name in proteins.accessions]].astype(np.float32)


def figures(proteins: Proteins, distances: Distances) -> dict[str, float]:
    """Return the columns that these proteins have."""
    found = {}
    for label, values in proteins.labels.items():
        if label != "category":
            found[label] = agreement(distances, values, None)
        if proteins.near is not None:
            found[f"{label}, far"] = agreement(distances, values, proteins.near)
    return found


def print_row(name: str, found: dict[str, float]) -> None:
    cells = [f"{found[column]:.3f}" if column in found else "-" for column in COLUMNS]
    print(f"{name:<24}" + "".join(f"{cell:>15}" for cell in cells), flush=True)


def compare(sets: list[Proteins], files: list[Path]) -> None:
    print(f"{'':<24}" + "".join(f"{column:>15}" for column in COLUMNS))
    for name in reversed(OWN):
        found: dict[str, float] = {}
        for proteins in sets:
            found |= figures(proteins, euclidean(embed(name, proteins.sequences)))
        print_row(name, found)
    for path in files:
        loaded = [(proteins, load(path, proteins)) for proteins in sets]
        parts = [figures(it, euclidean(rows)) for it, rows in loaded if rows is not None]
        print_row(path.name, {key: value for part in parts for key, value in part.items()})
    for proteins in sets:
        if (bits := proteins.bits) is not None:
            print_row("MMseqs2, best hit", figures(proteins, by_score(bits)))


def print_seconds(count: int) -> None:
    """Print CPU seconds of `kmers` for so many proteins, as if there were 20,000."""
    letters = np.frombuffer(AMINO_ACIDS.encode(), dtype=np.uint8)
    drawn = np.random.default_rng(0).choice(letters, size=(count, LENGTH))
    sequences = [row.tobytes().decode() for row in drawn]
    started = time.process_time()
    embed("kmers", sequences)
    seconds = (time.process_time() - started) * TIMED / count
    print(f"kmers, CPU seconds for {TIMED} proteins of {LENGTH} residues (measured: {count})")
    print(f"ratio kmers-seconds {seconds:.2f} {TARGET_SECONDS}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("embeddings", type=Path, nargs="*", help="HDF5 files to compare with")
    options.add_argument("--toxins", type=Path, help="table of toxins, .tsv.gz")
    options.add_argument("--proteins", type=int, default=TIMED, help="how many to time")
    arguments = options.parse_args()
    print_seconds(arguments.proteins)
    sets = [toxins(arguments.toxins)] if arguments.toxins else []
    if sets and shutil.which("mmseqs"):
        align(sets[0])
    if EXAMPLES.exists():
        sets.append(named())
    if sets:
        compare(sets, arguments.embeddings)


if __name__ == "__main__":
    main()
