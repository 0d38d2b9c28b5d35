"""Merge the embeddings of all shards into one HDF5 file, with the same bytes as without."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from steps import cli
from steps.embed.file import read_embeddings, write_embeddings
from steps.files import write_json


def main(argv: list[str] | None = None) -> None:
    """Run step merge_embeddings."""
    options = cli.parser("merge_embeddings", __doc__)
    options.add_argument("shards", type=Path, nargs="+", help="HDF5 files, in order")
    options.add_argument("--reports", type=Path, nargs="+", required=True, help="theirs")
    options.add_argument("--output", type=Path, required=True, help="HDF5 file to write")
    options.add_argument("--embedding-report", type=Path, required=True, help="report to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in arguments.reports]
    model = reports[0]["parameters"]["embedder"]
    write_embeddings(arguments.output, model, _blocks(arguments.shards))
    write_json(arguments.embedding_report, summed(reports))


def _blocks(shards: list[Path]) -> Iterator[tuple[list[str], np.ndarray]]:
    for path in shards:
        _, identifiers, embeddings = read_embeddings(path)
        yield identifiers, embeddings


def summed(reports: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the reports of the shards as one: counts and seconds added, each warning once."""
    counts = {name: sum(each["counts"][name] for each in reports) for name in reports[0]["counts"]}
    warnings = [warning for each in reports for warning in each["warnings"]]
    return reports[0] | {
        "counts": counts | {"shards": len(reports)},
        "seconds": round(sum(each["seconds"] for each in reports), 3),
        "warnings": list(dict.fromkeys(warnings)),
    }
