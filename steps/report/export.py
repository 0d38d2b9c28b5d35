"""A bundle -> a table of its proteins (TSV): coordinates of each projection, all annotations.

Takes bundles of the pipeline and of protspace, of container 3 and of those before.
"""

import argparse
from pathlib import Path

from steps import cli
from steps.bundle.reading import find_bundle, read_bundle
from steps.files import print_bytes, replacing
from steps.report.tsv import Tsv


def write_table(bundle: Path, output: Path) -> Tsv:
    """Write the table of a bundle, complete or not at all; return what it has.

    Raises:
        StepError: BUNDLE_UNREADABLE.
    """
    table = Tsv(read_bundle(bundle))
    with replacing(output) as staged, staged.open("wb") as file:
        file.writelines(table.blocks())
    return table


def main(argv: list[str] | None = None) -> None:
    """Run step export."""
    options = cli.parser("export", __doc__)
    options.add_argument("bundle", type=Path, help="or the folder of a data set, which has one")
    options.add_argument("--output", type=Path, help=".tsv to write; else it is printed")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    bundle = find_bundle(arguments.bundle)
    if arguments.output:
        table = write_table(bundle, arguments.output)
    else:
        table = Tsv(read_bundle(bundle))
        print_bytes(table.blocks())
    report.counts = {
        "proteins": table.proteins,
        "projections": len(table.projections),
        "annotations": len(table.annotations),
        "formulas": table.formulas,
    }
    report.packages = ("protspace", "pyarrow")
    if table.formulas:
        cli.log.warning(
            f"{table.formulas} cell(s) of the table begin with =, +, - or @, which spreadsheets "
            "take for formulas. They are written as they are: import the columns as text."
        )
