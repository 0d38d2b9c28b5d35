"""Find the data sets of a run from the key `input`: a FASTA file, a folder of them, or a sheet."""

import csv
import re
from pathlib import Path

from steps.errors import StepError

SUFFIXES = (".fasta", ".fa", ".faa", ".fna", ".fas")


def find_datasets(source: str | Path) -> dict[str, str]:
    """Return name -> path of the FASTA file, in the order given (a folder: by file name).

    Raises:
        StepError: INVALID_INPUT, with what was looked for and the remedy.
    """
    path = Path(source)
    if path.is_dir():
        return _unique([(_name(file), file) for file in _fasta_files(path)])
    if not path.is_file():
        raise _invalid(f"There is no file or folder {path}. Give --config input= a full path.")
    if path.suffix.lower() == ".tsv":
        return _unique(_sheet(path))
    return {_name(path): str(path)}


def _fasta_files(folder: Path) -> list[Path]:
    files = sorted(file for file in folder.iterdir() if file.is_file() and _is_fasta(file))
    if not files:
        raise _invalid(f"The folder {folder} holds no file that ends in {_endings()}.")
    return files


def _is_fasta(path: Path) -> bool:
    return path.name.lower().removesuffix(".gz").endswith(SUFFIXES)


def _endings() -> str:
    return ", ".join(SUFFIXES) + " (or these with .gz)"


def _name(path: Path) -> str:
    """Return the file name without its endings, characters special to shells and paths replaced."""
    stem = path.name
    if stem.lower().endswith(".gz"):
        stem = stem[:-3]
    if stem.lower().endswith(SUFFIXES):
        stem = stem.rpartition(".")[0]
    return re.sub(r"[^\w.+-]+", "_", stem).strip("._-") or "dataset"


def _sheet(path: Path) -> list[tuple[str, Path]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file, delimiter="\t") if any(row)]
    except UnicodeDecodeError:
        raise _invalid(f"The sheet {path} is not UTF-8 text. Save it as UTF-8.") from None
    if not rows or rows[0][:2] != ["dataset", "fasta"]:
        raise _invalid(f"The sheet {path} must start with the line dataset<TAB>fasta.")
    if len(rows) == 1:
        raise _invalid(f"The sheet {path} names no data set below its first line.")
    return [_sheet_row(path, row) for row in rows[1:]]


def _sheet_row(sheet: Path, row: list[str]) -> tuple[str, Path]:
    if len(row) < 2 or not row[1].strip():
        raise _invalid(f"The sheet {sheet} has a row without a FASTA path: {row[0]!r}.")
    name, fasta = row[0].strip(), sheet.parent / row[1].strip()
    if not re.fullmatch(r"\w[\w.+-]*", name):
        raise _invalid(
            f"The sheet {sheet} names a data set {name!r}. Use letters, digits and . _ + - only."
        )
    if not fasta.is_file():
        raise _invalid(f"The sheet {sheet}, data set {name}: there is no file {fasta}.")
    return name, fasta


def _unique(found: list[tuple[str, Path]]) -> dict[str, str]:
    datasets: dict[str, str] = {}
    for name, path in found:
        if name in datasets:
            raise _invalid(
                f"Two inputs are both called {name}: {datasets[name]} and {path}. Rename one, "
                "or name them in a sheet (dataset<TAB>fasta)."
            )
        datasets[name] = str(path)
    return datasets


def _invalid(message: str) -> StepError:
    return StepError("INVALID_INPUT", message)
