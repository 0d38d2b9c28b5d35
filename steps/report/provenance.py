"""The reports of a data set's jobs -> provenance.json, and the configuration to run it again."""

import argparse
import json
import platform
from collections.abc import Sequence
from pathlib import Path

import yaml

from steps import cli
from steps.files import write_json, write_text

SCHEMA_VERSION = 1


def gather(reports: Sequence[dict], configuration: dict) -> dict:
    """What was asked, what came of it, and with which versions; times stand here alone."""
    versions = {"python": platform.python_version(), "snakemake": cli.version("snakemake")}
    for report in reports:
        versions |= report["versions"]
    first = reports[0]
    return {
        "schema_version": SCHEMA_VERSION,
        "input": first["parameters"] | first["counts"],
        "configuration": configuration,
        "random_state": configuration["random_state"],
        "machine": {"system": platform.system(), "architecture": platform.machine()},
        "versions": dict(sorted(versions.items())),
        "warnings": [warning for report in reports for warning in report["warnings"]],
        "steps": [
            {key: report[key] for key in ("step", "seconds", "parameters", "counts", "warnings")}
            for report in reports
        ],
    }


def main(argv: list[str] | None = None) -> None:
    options = cli.parser("provenance", __doc__)
    options.add_argument("reports", type=Path, nargs="+", help="reports, that of normalize first")
    options.add_argument("--configuration", type=json.loads, required=True, metavar="JSON")
    options.add_argument("--output", type=Path, required=True, help="provenance.json")
    options.add_argument("--config", type=Path, required=True, help="config.yaml to write")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in arguments.reports]
    write_json(arguments.output, gather(reports, arguments.configuration))
    write_text(
        arguments.config,
        "# What this run was asked, with all defaults: snakemake --configfile this-file\n"
        + yaml.safe_dump(arguments.configuration, sort_keys=False, allow_unicode=True),
    )
