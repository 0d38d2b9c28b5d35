"""Projections and annotations -> a .parquetbundle, written by protspace and read back.

Exit status 0 means that the bundle is valid: `steps.bundle.check` has read it again.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.ranking.order import in_order, read_order
from steps.bundle.check import check_bundle
from steps.bundle.tables import loadable_annotations, projection_tables, with_columns, with_quality
from steps.config import defaults
from steps.errors import StepError
from steps.files import replacing


def write_bundle(
    path: Path,
    tables: list[pa.Table],
    container: int,
    styles: dict[str, Any] | None = None,
    statistics: pa.Table | None = None,
) -> None:
    """Write the three core tables, and the two optional parts, as container 3 or 2.

    Raises:
        StepError: BUNDLE_INVALID, in the words of protspace's writer.
    """
    from protspace.data.io import bundle as protspace

    with replacing(path) as staged:
        try:
            if container == 3:
                protspace.write_bundle(tables, staged, styles, statistics)
            else:
                staged.write_bytes(_container_2(tables, styles, statistics))
            check_bundle(staged, tables[0]["protein_id"].to_pylist())
        except ValueError as error:
            raise StepError("BUNDLE_INVALID", f"The bundle cannot be written: {error}") from error


def _container_2(
    tables: list[pa.Table], styles: dict[str, Any] | None, statistics: pa.Table | None
) -> bytes:
    from protspace.data.io import bundle as protspace

    parts = [protspace.write_part(_legacy(table)) for table in tables]
    if styles or statistics is not None:
        # Parts are identified by position, so without styles theirs is empty.
        parts.append(protspace.create_settings_parquet(styles) if styles else b"")
    if statistics is not None:
        parts.append(protspace.write_part(statistics))
    joined: bytes = protspace.PARQUET_BUNDLE_DELIMITER.join(parts)
    return joined


def _legacy(table: pa.Table) -> pa.Table:
    """Return the table with the key column of container 2, `identifier`."""
    names = ["identifier" if name == "protein_id" else name for name in table.column_names]
    return table.rename_columns(names).replace_schema_metadata(table.schema.metadata)


def main(argv: list[str] | None = None) -> None:
    """Run step bundle."""
    options = cli.parser("bundle", __doc__)
    options.add_argument("--annotations", type=Path, required=True)
    options.add_argument("--projections", type=Path, nargs="+", required=True)
    options.add_argument("--more", type=Path, nargs="*", default=[], help="tables of more columns")
    options.add_argument("--ranking", type=Path, nargs="?", help="order of columns: of step rank")
    options.add_argument("--statistics", type=Path, nargs="?", help="scores of step statistics")
    options.add_argument(
        "--quality", type=Path, nargs="?", help="its faithfulness of each projection"
    )
    options.add_argument("--settings", type=Path, nargs="?", help="styles: JSON of step styles")
    options.add_argument("--format", type=int, choices=(3, 2), default=defaults.BUNDLE_FORMAT)
    options.add_argument("--output", type=Path, required=True)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    table = with_columns(pq.read_table(arguments.annotations), arguments.more)
    order = read_order(arguments.ranking)
    annotations, changed = loadable_annotations(in_order(table, order))
    metadata, data = projection_tables(arguments.projections)
    metadata = with_quality(metadata, _json(arguments.quality) or {})
    statistics = pq.read_table(arguments.statistics) if arguments.statistics else None
    tables = [annotations, metadata, data]
    styles = _json(arguments.settings)
    write_bundle(arguments.output, tables, arguments.format, styles, statistics)
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
        cli.log.warning(
            f"{changed} annotation cell(s) were shortened to 256 characters or freed of control "
            "characters, which the web app cannot load."
        )


def _json(path: Path | None) -> dict[str, Any] | None:
    return json.loads(path.read_text(encoding="utf-8")) if path else None
