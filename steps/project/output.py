"""Write a projection: `protein_id`, `x` and `y` (float32) in the order of the embeddings.

Metadata names the embedder and the method, and holds the parameters as protspace writes them
(`info_json`); what more there may be says `steps.project.placing.old_map`.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from steps import cli
from steps.files import replacing
from steps.project.methods import split_method

if TYPE_CHECKING:
    from steps.project.umap.reducer import Floats

#: Packages of a method, beside those that each takes.
PACKAGES = {
    "umap": ("umap-learn", "faiss-cpu", "numba"),
    "pacmap": ("pacmap", "numba"),
    "localmap": ("pacmap", "numba"),
}


class Origin(NamedTuple):
    """Where a projection comes from: embedder, canonical method, `info_json`, more metadata."""

    embedder: str
    method: str
    info: dict[str, Any]
    notes: Mapping[str, str] = MappingProxyType({})


def finish(
    path: Path, identifiers: list[str], coordinates: "Floats", origin: Origin, report: cli.Report
) -> None:
    """Write a projection and report it."""
    _write(path, identifiers, coordinates, origin)
    packages = PACKAGES.get(split_method(origin.method)[0], ())
    report.counts = {"proteins": len(identifiers)}
    report.parameters = {"embedder": origin.embedder, "method": origin.method, **origin.info}
    if packages and "cuda" in str(origin.info.get("neighbors")):
        packages = (*packages, "torch")
    report.packages = ("protspace", "numpy", "scipy", "scikit-learn", *packages)


def _write(path: Path, identifiers: list[str], coordinates: "Floats", origin: Origin) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({"protein_id": identifiers, "x": coordinates[:, 0], "y": coordinates[:, 1]})
    named = {"embedder": origin.embedder, "method": origin.method}
    metadata = named | {"info_json": json.dumps(origin.info)} | dict(origin.notes)
    with replacing(path) as staged:
        pq.write_table(table.replace_schema_metadata(metadata), staged)
