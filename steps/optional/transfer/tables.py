"""Read annotations of references: of a bundle or an earlier run, and of the user's tables."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from steps.annotate.groups import is_table
from steps.annotate.table import columns as table
from steps.errors import StepError
from steps.normalize.identifiers import finder

#: Annotations in the results of a run.
RESULTS = "annotations.parquet"
_OWNER = "the references"


def invalid(name: str, message: str) -> StepError:
    """Return the error for references that cannot be used, by the name of their file."""
    return StepError("INVALID_REFERENCES", f"References {name}: {message}")


def read_annotations(paths: Sequence[Path], identifiers: Callable[[], list[str]]) -> pa.Table:
    """Return a table with `protein_id` and the columns of all files.

    Args:
        paths: at most one bundle or annotations.parquet, whose proteins are then the references;
            and tables, whose columns replace others.
        identifiers: gives the references where there is neither.

    Raises:
        StepError: INVALID_REFERENCES, INVALID_ANNOTATIONS.
    """
    tables = [path for path in paths if is_table(str(path))]
    wholes = [path for path in paths if path not in tables]
    found = _read(wholes[0]) if wholes else pa.table({"protein_id": pa.array(identifiers())})
    names = found["protein_id"].to_pylist()
    if tables:
        for name, column in table.columns(tables, names, cache(finder(names)), _OWNER).items():
            if name in found.column_names:
                found = found.drop_columns([name])
            found = found.append_column(name, column)
    return found


def _read(path: Path) -> pa.Table:
    try:
        found = pq.read_table(path) if path.suffix == ".parquet" else _bundle(path)
        first, *others = found.column_names
        if first != "protein_id":
            raise ValueError(f"its first column is '{first}', not 'protein_id'")
        return pa.table({first: found[first].cast(pa.string()), **{it: found[it] for it in others}})
    except (OSError, ValueError) as error:
        raise invalid(path.name, f"it cannot be read ({error}). Make it again.") from error


def _bundle(path: Path) -> pa.Table:
    from protspace.data.annotations.encoding import read_format_version, upgrade_cell_grammar
    from protspace.data.io.bundle import read_tables

    annotations, _, _ = read_tables(path, keyed=True)
    upgraded = upgrade_cell_grammar(annotations, read_format_version(annotations))
    others = [name for name in upgraded.column_names if name != "protein_id"]
    return upgraded.select(["protein_id", *others])
