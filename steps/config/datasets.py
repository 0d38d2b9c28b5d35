"""Find the data sets of a run from the key `input`.

That is a FASTA file, a folder of them, a sheet, a list of UniProt accessions, or a UniProt query.
"""

import codecs
import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path

from steps import formats
from steps.config.embeddings import given_files, input_parts
from steps.errors import StepError
from steps.hdf5 import names as hdf5
from steps.retrieve.accessions import is_accession, is_list
from steps.retrieve.queries import dataset_name, is_query, query_of

SUFFIXES = (".fasta", ".fa", ".faa", ".fna", ".fas", ".mpfa", ".pep", ".aa", ".seq", ".prot")
_SHEETS = {".tsv": "\t", ".csv": ","}
_SHOWN = 3
#: Bytes in which the first line of a sheet is looked for, below comments.
_START = 4096


def find_datasets(
    source: str | Path, warn: Callable[[str], object] = lambda sentence: None
) -> dict[str, str]:
    """Return name -> path of a file, or a query, in the order given (a folder: by file name).

    Files of embeddings are one data set, named after the first.

    Args:
        source: value of the key `input`.
        warn: called with a sentence on files of a folder that are not read.

    Raises:
        StepError: INVALID_INPUT, with what was looked for and the remedy; INVALID_QUERY.
    """
    if is_query(str(source)):
        return {dataset_name(query_of(str(source))): str(source)}
    if parts := input_parts(str(source)):
        first, *_ = given_files(parts)
        return {_name(Path(first.path)): first.path}
    path = Path(source)
    if path.is_dir():
        return _unique([(_name(file), file) for file in _fasta_files(path, warn)])
    if not path.is_file():
        raise _invalid(f"There is no file or folder {path}. {_remedy(str(source))}")
    if path.suffix.lower() in _SHEETS and not _is_list(path):
        return _unique(_sheet(path))
    return {_name(path): str(path)}


def _remedy(source: str) -> str:
    """Return what to do where the value of `input` is no path."""
    if re.search(r"\bhttps?:/", source):
        return "A web address is not read: download its file, or write uniprot:QUERY."
    if all(map(is_accession, Path(source).name.split(","))):
        return "Write accessions into a file, one a line, and give its full path."
    if re.search(r"[,*?]", source):
        return "For several files give their folder, or a sheet (dataset<TAB>fasta)."
    return "Give --config input= a full path."


def find_retrieved(datasets: dict[str, str]) -> dict[str, str]:
    """Return those of the data sets that come from UniProt: name -> query or list.

    Args:
        datasets: what `find_datasets` returned.
    """
    return {
        name: source
        for name, source in datasets.items()
        if is_query(source) or _is_list(Path(source))
    }


def _is_list(path: Path) -> bool:
    """Return whether a file is a list of accessions; names of data sets in a sheet may be some."""
    try:
        with path.open("rb") as file:
            lines = file.read(_START).removeprefix(codecs.BOM_UTF8).lower().splitlines()
    except OSError:
        # Whoever reads it as FASTA says so.
        return False
    first = next((line for line in lines if line.strip() and not line.startswith(b"#")), b"")
    return not first.lstrip(b'" ').startswith(b"dataset") and is_list(path)


def _fasta_files(folder: Path, warn: Callable[[str], object]) -> list[Path]:
    # Names that begin with a dot are hidden; macOS has one, `._x.fasta`, for each file.
    there = sorted(file for file in folder.iterdir() if not file.name.startswith("."))
    files = [file for file in there if file.is_file() and is_fasta(file)]
    others = [file.name for file in there if file not in set(files)]
    endings = f"{', '.join(SUFFIXES)} (or these with {', '.join(formats.SUFFIXES)})"
    if not files:
        raise _invalid(f"The folder {folder} holds no file that ends in {endings}.")
    if others:
        shown = ", ".join(others[:_SHOWN]) + (", ..." if len(others) > _SHOWN else "")
        warn(
            f"In the folder {folder}, {len(others)} without such an ending are not read: {shown}. "
            f"Read are {endings}."
        )
    return files


def is_fasta(path: Path) -> bool:
    """Return whether the name of a file ends as those of FASTA files do."""
    return _stem(path) != path.name


def _stem(path: Path) -> str:
    """Return the file name without the endings of FASTA files; unchanged if it has none."""
    stem = _unpacked_name(path)
    return stem.rpartition(".")[0] if stem.lower().endswith(SUFFIXES) else path.name


def _unpacked_name(path: Path) -> str:
    """Return the file name without the ending of compressed files."""
    return path.stem if path.suffix.lower() in formats.SUFFIXES else path.name


def _name(path: Path) -> str:
    """Return the file name without its endings, characters special to shells and paths replaced."""
    stem = _unpacked_name(path)
    endings = (*SUFFIXES, *hdf5.SUFFIXES)
    if stem.lower().endswith(endings) or _is_list(path):
        stem = stem.rpartition(".")[0] or stem
    return re.sub(r"[^\w.+-]+", "_", stem).strip("._-") or "dataset"


def _sheet(path: Path) -> list[tuple[str, str | Path]]:
    rows = _sheet_rows(path)
    if not rows or [name.lower() for name in rows[0][:2]] != ["dataset", "fasta"]:
        raise _invalid(
            f"The sheet {path} must start with the line dataset<TAB>fasta (in .csv: dataset,fasta)."
        )
    if len(rows) == 1:
        raise _invalid(f"The sheet {path} names no data set below its first line.")
    return [_sheet_row(path, row) for row in rows[1:]]


def _sheet_rows(path: Path) -> list[list[str]]:
    content = path.read_bytes()
    if found := formats.other_format(content):
        raise _invalid(f"The sheet {path} cannot be read. {found}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _invalid(f"The sheet {path} is not UTF-8 text. Save it as UTF-8.") from None
    separator = _SHEETS[path.suffix.lower()]
    if ";" in text.partition("\n")[0]:
        separator = ";"
    if separator == "\t":
        rows = [[_unquoted(cell) for cell in line.split("\t")] for line in text.splitlines()]
    else:
        reader = csv.reader(text.splitlines(), delimiter=separator)
        rows = [[cell.strip() for cell in row] for row in reader]
    # No name of a data set begins with a #.
    return [row for row in rows if any(row) and not row[0].startswith("#")]


def _unquoted(cell: str) -> str:
    """Return a cell without the quotes around it; a query may end with one of its own."""
    cell = cell.strip()
    quoted = len(cell) > 1 and cell[0] == cell[-1] == '"'
    return cell[1:-1].replace('""', '"').strip() if quoted else cell


def _sheet_row(sheet: Path, row: list[str]) -> tuple[str, str | Path]:
    if len(row) < 2 or not row[1]:
        raise _invalid(f"The sheet {sheet} has a row without a FASTA path: {row[0]!r}.")
    name, fasta = row[0], sheet.parent / row[1]
    if not re.fullmatch(r"\w[\w.+-]*", name):
        raise _invalid(
            f"The sheet {sheet} names a data set {name!r}. Use letters, digits and . _ + - only."
        )
    if is_query(row[1]):
        return name, row[1]
    if not fasta.is_file():
        raise _invalid(f"The sheet {sheet}, data set {name}: there is no file {fasta}.")
    if hdf5.split_name(fasta.name):
        raise _invalid(
            f"The sheet {sheet}, data set {name}: {fasta.name} has embeddings. A sheet names FASTA "
            "files; give embeddings as input=/a/x.h5, or beside FASTA files by the key "
            "'embeddings'."
        )
    return name, fasta


def _unique(found: Sequence[tuple[str, str | Path]]) -> dict[str, str]:
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
