"""Projections and annotations -> a .parquetbundle, written by protspace and read back.

Exit status 0 means that the bundle is valid: `steps.bundle_check` has read it again.
"""

import argparse
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps import command
from steps.bundle_check import check_bundle
from steps.cells import GRAMMAR, loadable
from steps.errors import StepError
from steps.files import replacing
from steps.methods import split_method


def projection_names(origins: Sequence[tuple[str, str]]) -> list[str]:
    """protspace's names for (embedder, method) pairs: `ProtT5 — UMAP 2 (n=50)`.

    As in protspace, inline parameters appear only where one embedder has the method twice.
    """
    from protspace.data.loaders.embedding_set import format_param_suffix, format_projection_name

    split = [(embedder, *split_method(method)) for embedder, method in origins]
    count = Counter((embedder, method) for embedder, method, _ in split)
    return [
        format_projection_name(
            embedder,
            method,
            2,
            format_param_suffix(inline) if inline and count[embedder, method] > 1 else "",
        )
        for embedder, method, inline in split
    ]


def projection_tables(paths: Sequence[Path]) -> tuple[pa.Table, pa.Table]:
    """protspace's projections_metadata and projections_data tables, in the order of `paths`."""
    tables = [pq.read_table(path) for path in paths]
    notes = [_notes(table) for table in tables]
    names = projection_names([(note["embedder"], note["method"]) for note in notes])
    metadata = pa.table(
        {
            "projection_name": names,
            "dimensions": [2] * len(names),
            "info_json": [note["info_json"] for note in notes],
            "source": [note["embedder"] for note in notes],
        }
    )
    return metadata, pa.concat_tables(map(_long, names, tables))


def _notes(table: pa.Table) -> dict[str, str]:
    return {key.decode(): value.decode() for key, value in table.schema.metadata.items()}


def _long(name: str, table: pa.Table) -> pa.Table:
    named = pa.repeat(pa.scalar(name), table.num_rows)
    empty = pa.nulls(table.num_rows, pa.float32())
    return pa.table(
        {
            "projection_name": named,
            "protein_id": table["protein_id"],
            "x": table["x"],
            "y": table["y"],
            "z": empty,
        }
    )


def loadable_annotations(table: pa.Table) -> tuple[pa.Table, int]:
    """The table without what the web app cannot load, and the number of cells changed for it."""
    changed = 0
    for position, name in enumerate(table.column_names):
        if name != "protein_id" and pa.types.is_string(table[name].type):
            column, count = _loadable_column(table[name])
            table = table.set_column(position, name, column)
            changed += count
    return table.replace_schema_metadata(GRAMMAR), changed


def _loadable_column(column: pa.ChunkedArray) -> tuple[pa.Array, int]:
    coded = column.combine_chunks().dictionary_encode()
    before = coded.dictionary
    after = pa.array([loadable(cell) for cell in before.to_pylist()], pa.string())
    touched = pc.not_equal(before, after)
    count = pc.sum(touched.take(coded.indices)).as_py() or 0
    return after.take(coded.indices), count


def write_bundle(path: Path, tables: list[pa.Table], container: int) -> None:
    """Write the three core tables as container 3 (protspace's writer) or 2.

    Raises:
        StepError: BUNDLE_INVALID, in the words of protspace's writer.
    """
    from protspace.data.io import bundle as protspace

    with replacing(path) as staged:
        try:
            if container == 3:
                protspace.write_bundle(tables, staged)
            else:
                parts = [protspace.write_part(_legacy(table)) for table in tables]
                staged.write_bytes(protspace.PARQUET_BUNDLE_DELIMITER.join(parts))
            check_bundle(staged, tables[0]["protein_id"].to_pylist())
        except ValueError as error:
            raise StepError("BUNDLE_INVALID", f"The bundle cannot be written: {error}") from error


def _legacy(table: pa.Table) -> pa.Table:
    """Container 2 calls the key column `identifier`."""
    names = ["identifier" if name == "protein_id" else name for name in table.column_names]
    return table.rename_columns(names).replace_schema_metadata(table.schema.metadata)


def main(argv: list[str] | None = None) -> None:
    options = command.parser("bundle", __doc__)
    options.add_argument("--annotations", type=Path, required=True)
    options.add_argument("--projections", type=Path, nargs="+", required=True)
    options.add_argument("--format", type=int, choices=(3, 2), default=3)
    options.add_argument("--output", type=Path, required=True)
    command.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: command.Report) -> None:
    annotations, changed = loadable_annotations(pq.read_table(arguments.annotations))
    metadata, data = projection_tables(arguments.projections)
    write_bundle(arguments.output, [annotations, metadata, data], arguments.format)
    report.counts = {
        "proteins": annotations.num_rows,
        "projections": metadata.num_rows,
        "annotations": annotations.num_columns - 1,
        "cells_changed": changed,
        "bytes": arguments.output.stat().st_size,
    }
    report.parameters = {"format": arguments.format}
    report.packages = ("protspace", "pyarrow")
    if changed:
        command.log.warning(
            f"{changed} annotation cell(s) were shortened to 256 characters or freed of control "
            "characters, which the web app cannot load."
        )


if __name__ == "__main__":
    main()
