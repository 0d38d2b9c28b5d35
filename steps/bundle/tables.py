"""Make the tables of a bundle from the files of a data set."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from steps.annotate.cells import GRAMMAR, loadable
from steps.project.methods import split_method


def projection_names(origins: Sequence[tuple[str, str]]) -> list[str]:
    """Return protspace's names for (embedder, method) pairs: `ProtT5 — UMAP 2 (n=50)`.

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
    """Return protspace's projections_metadata and projections_data, in the order of `paths`."""
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


def with_quality(metadata: pa.Table, quality: dict[str, dict[str, Any] | None]) -> pa.Table:
    """Return the metadata with each projection's faithfulness where ProtSpace looks for it."""
    notes = [json.loads(text) for text in metadata["info_json"].to_pylist()]
    for name, note in zip(metadata["projection_name"].to_pylist(), notes, strict=True):
        if quality.get(name):
            note["quality"] = quality[name]
    texts = pa.array([json.dumps(note) for note in notes])
    return metadata.set_column(metadata.column_names.index("info_json"), "info_json", texts)


def with_columns(annotations: pa.Table, paths: Sequence[Path]) -> pa.Table:
    """Return the annotations with the columns of more tables, whose rows are the same proteins."""
    for path in paths:
        more = pq.read_table(path)
        for name in more.column_names[1:]:
            if name in annotations.column_names:
                annotations = annotations.drop_columns([name])
            annotations = annotations.append_column(name, more[name])
    return annotations


def loadable_annotations(table: pa.Table) -> tuple[pa.Table, int]:
    """Return the table without what the web app cannot load, and the number of changed cells."""
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
