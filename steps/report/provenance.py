"""Record how a data set was made: provenance.json, and the configuration to repeat it."""

import argparse
import json
import platform
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from steps import cli
from steps.files import described, file_sha256, write_json, write_text

SCHEMA_VERSION = 1


def provenance(
    reports: Sequence[dict[str, Any]],
    configuration: dict[str, Any],
    packages: Sequence[str] = (),
    ancestry: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """Return the configuration, counts, warnings, versions and seconds of a run.

    Args:
        reports: those of the jobs, that of normalize first.
        configuration: all keys.
        packages: further packages whose versions are recorded, those of the run itself.
        ancestry: see `ancestry_of`.
    """
    versions = {"python": platform.python_version()}
    versions |= {package: cli.version(package) for package in packages}
    for report in reports:
        versions |= report["versions"]
    first = reports[0]
    return {
        "schema_version": SCHEMA_VERSION,
        "input": first["parameters"] | first["counts"],
        "configuration": configuration,
        **({"ancestry": list(ancestry)} if ancestry else {}),
        "random_state": configuration["random_state"],
        "machine": {"system": platform.system(), "architecture": platform.machine()},
        "versions": dict(sorted(versions.items())),
        "warnings": [warning for report in reports for warning in report["warnings"]],
        "steps": [
            {key: report[key] for key in ("step", "seconds", "parameters", "counts", "warnings")}
            for report in reports
        ],
    }


def ancestry_of(path: Path) -> list[dict[str, Any]]:
    """Return the runs that a map comes from, the first one first, and that of the map itself last.

    Each has what it takes to run it again, in this order, and to see that the result is the same.

    Args:
        path: provenance.json of the map.
    """
    folder = path.absolute().parent
    found = json.loads(path.read_text(encoding="utf-8"))
    itself = {
        "dataset": folder.name,
        "provenance_sha256": file_sha256(path),
        "files": [
            described(each)
            for pattern in ("*.parquetbundle", "projections/*.parquet")
            for each in sorted(folder.glob(pattern))
        ],
        **{name: found[name] for name in ("input", "configuration", "machine", "versions")},
    }
    return [*found.get("ancestry", []), itself]


def main(argv: list[str] | None = None) -> None:
    """Run step provenance."""
    options = cli.parser("provenance", __doc__)
    options.add_argument("reports", type=Path, nargs="+", help="reports, that of normalize first")
    options.add_argument("--configuration", type=json.loads, required=True, metavar="JSON")
    options.add_argument("--package", nargs="*", default=[], help="whose version is recorded")
    options.add_argument("--repeat", default="this-file", help="command that repeats the run")
    options.add_argument("--onto", type=Path, nargs="?", help="provenance.json of a map to join")
    options.add_argument("--output", type=Path, required=True, help="provenance.json")
    options.add_argument("--config", type=Path, required=True, help="config.yaml to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in arguments.reports]
    ancestry = ancestry_of(arguments.onto) if arguments.onto else []
    found = provenance(reports, arguments.configuration, arguments.package, ancestry)
    write_json(arguments.output, found)
    write_text(
        arguments.config,
        f"# What this run was asked, with all defaults: {arguments.repeat}\n"
        + yaml.safe_dump(arguments.configuration, sort_keys=False, allow_unicode=True),
    )
