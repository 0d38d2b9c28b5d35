"""Fetch the checkpoint of a language model, so that jobs need no connection; print its checksums.

Into the folder that the configuration calls `models`, or into the cache of the model hub.
"""

import argparse
from pathlib import Path

from steps import command
from steps.embedders.local.checkpoint import CHECKSUMS, checksums
from steps.embedders.local.fetch import fetch
from steps.embedders.models import Model, find_model
from steps.errors import StepError
from steps.files import write_text


def main(argv: list[str] | None = None) -> None:
    options = command.parser("prefetch", __doc__)
    options.add_argument("embedder", help="a name as in the configuration")
    options.add_argument("--models", type=Path, help="folder for checkpoints, made if need be")
    command.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: command.Report) -> None:
    model = _model(arguments.embedder)
    checkpoint = fetch(model, arguments.models)
    sums = checksums(checkpoint.folder)
    if arguments.models:
        # The cache of the hub belongs to the hub; a folder of ours can be copied and checked.
        write_text(checkpoint.folder / CHECKSUMS, sums)
    print(sums, end="")
    print(f"{model.name} is in {checkpoint.folder} ({checkpoint.version})")
    report.parameters = {"embedder": model.name, "version": checkpoint.version}


def _model(name: str) -> Model:
    try:
        return find_model(name)
    except ValueError as error:
        raise StepError("INVALID_CONFIG", str(error)) from None


if __name__ == "__main__":
    main()
