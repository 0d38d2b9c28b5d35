"""Bundles of many forms, as protspace and others write them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
from protspace.data.io import bundle as protspace

from steps.annotate.cells import GRAMMAR

#: Cells as protspace's sources write them, and as nobody should.
CELLS = [
    *("kinase", "PF00001 (7tm_1)|50.2,61;PF00002 (x)|1e-200", "Cytoplasm|EXP;Nucleus|IEA"),
    *("a%3Bb%7Cc%25d", "N/A", "None;x;nan", " ", "", None, ";;y;", "Größe α", "1", "2.50", "-3"),
    *("=1+1", "+x", "@SUM(A1)", "-(x)", "a%09b", "a%0Ab%0Dc", 'say "x"', "'quoted'", "100%"),
]
N = len(CELLS)
PROJECTIONS = ["ProtT5 — UMAP 2", "kmers\tPCA"]
IDS = [f"P{number}" for number in range(N - 2)] + ["=A0A/1-57", 'α=[β] "q"']


def tables() -> list[pa.Table]:
    """Return annotations of many types, and two projections, of which one lacks some proteins."""
    numbers = np.linspace(-1, 1e7, N)
    columns = {
        "cell": CELLS,
        "other": CELLS[::-1],
        "bare": [f"kind {n % 3}" for n in range(N)],
        "size": pa.array(numbers),
        "gaps": pa.array([None if n % 4 else n / 7 for n in range(N)], pa.float64()),
        "whole": pa.array([None if n % 5 else 10**n for n in range(N)][:15] + [None] * (N - 15)),
        "count": pa.array(range(N), pa.int32()),
        "single": pa.array([0.1, 1e-7, 3.0, *([1e20] * (N - 3))], pa.float32()),
        "flag": pa.array([None if n % 3 else n % 2 == 0 for n in range(N)]),
        "empty": pa.nulls(N, pa.string()),
    }
    annotations = pa.table({"protein_id": IDS, **columns}).replace_schema_metadata(GRAMMAR)
    metadata = pa.table(
        {
            "projection_name": PROJECTIONS,
            "dimensions": [2, 2],
            "info_json": ["{}", "{}"],
        }
    )
    first, second = PROJECTIONS
    data = pa.concat_tables([_points(first, IDS), _points(second, IDS[::2])])
    return [annotations, metadata, data]


def _points(name: str, identifiers: list[str]) -> pa.Table:
    count = len(identifiers)
    rng = np.random.default_rng(count)
    return pa.table(
        {
            "projection_name": [name] * count,
            "protein_id": identifiers,
            "x": rng.normal(size=count).astype(np.float32),
            "y": np.round(rng.normal(size=count)).astype(np.float32),
            "z": pa.nulls(count, pa.float32()),
        }
    )


def write_container_3(path: Path) -> Path:
    protspace.write_bundle(tables(), path)
    return path


def write_container_2(path: Path, key: str = "identifier", grammar: int = 2) -> Path:
    """Write a container of those before; `key` names the column of identifiers."""
    annotations, metadata, data = tables()
    annotations = annotations.rename_columns([key, *annotations.column_names[1:]])
    if grammar == 2:
        annotations = annotations.replace_schema_metadata(GRAMMAR)
    data = data.rename_columns(["projection_name", "identifier", *data.column_names[2:]])
    parts = [protspace.write_part(table) for table in (annotations, metadata, data)]
    path.write_bytes(protspace.PARQUET_BUNDLE_DELIMITER.join(parts))
    return path


def write_repeated(path: Path) -> Path:
    """Write one whose first protein comes twice, and another without an identifier."""
    annotations, metadata, data = tables()
    annotations = annotations.take([0, *range(1, N), 0])
    identifiers = [*IDS[:2], None, *IDS[3:], IDS[0]]
    annotations = annotations.set_column(0, "protein_id", pa.array(identifiers))
    annotations = annotations.replace_schema_metadata(GRAMMAR)
    parts = [protspace.write_part(table) for table in (annotations, metadata, data)]
    path.write_bytes(protspace.PARQUET_BUNDLE_DELIMITER.join(parts))
    return path
