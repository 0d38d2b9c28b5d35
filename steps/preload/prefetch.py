"""Fetch checkpoints and reference files, so that jobs need no connection; print checksums.

Checkpoints of language models go into the folder of the configuration key `models`, or into the
cache of the model hub. Reference files (`--references`), which name the codes of annotations, go
into its subfolder `references`, or into protspace's cache.
"""

import argparse
import shutil
from pathlib import Path

from steps import cli
from steps.annotate.remote.catalogue import REFERENCE_FOLDER
from steps.embed.models.catalogue import Model, find_model
from steps.embed.models.local.checkpoint import CHECKSUMS, checksums
from steps.embed.models.local.fetch import fetch
from steps.errors import StepError
from steps.files import replacing, write_text


def main(argv: list[str] | None = None) -> None:
    """Fetch what the command line names."""
    options = cli.parser("prefetch", __doc__)
    options.add_argument("embedders", nargs="*", help="embedders as in the configuration")
    options.add_argument("--references", action="store_true", help="fetch reference files, too")
    options.add_argument("--models", type=Path, help="folder for all of it, made if need be")
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    if not (arguments.embedders or arguments.references):
        raise StepError("INVALID_CONFIG", "Nothing to fetch: name an embedder or add --references.")
    models = [_model(name) for name in arguments.embedders]
    versions = {model.name: fetch_model(model, arguments.models) for model in models}
    report.parameters = {"embedders": versions}
    if arguments.references:
        fetch_references(arguments.models)


def fetch_model(model: Model, models: Path | None) -> str:
    """Fetch a checkpoint, print its checksums, and return its version.

    Raises:
        StepError: it cannot be fetched.
    """
    checkpoint = fetch(model, models)
    _print_sums(checkpoint.folder, keep=models is not None)
    print(f"{model.name} is in {checkpoint.folder} ({checkpoint.version})")
    return checkpoint.version


def fetch_references(models: Path | None) -> None:
    """Fetch the reference files into protspace's cache, and copy them into `models` if given.

    Raises:
        StepError: REFERENCES_NOT_FETCHED, with the address of the file.
    """
    # Loads pandas and protspace: not for those who want a model only.
    from steps.annotate.remote.code_names import REFERENCES

    for reference in REFERENCES:
        if not reference.names(offline=False):
            raise StepError(
                "REFERENCES_NOT_FETCHED",
                f"The {reference.label} could not be fetched from {reference.url}. Check the "
                "connection, or HTTPS_PROXY, and run again; what is there is not fetched twice.",
            )
        print(f"The {reference.label} are there.")
        if models:
            _copy(reference.kept, models / REFERENCE_FOLDER / reference.kept.name)
    if models:
        _print_sums(models / REFERENCE_FOLDER, keep=True)


def _copy(source: Path, target: Path) -> None:
    with replacing(target) as staged:
        shutil.copyfile(source, staged)


def _print_sums(folder: Path, keep: bool) -> None:
    """Print checksums of a folder, and write them into it unless it is the hub's cache."""
    sums = checksums(folder)
    if keep:
        write_text(folder / CHECKSUMS, sums)
    print(sums, end="")


def _model(name: str) -> Model:
    try:
        return find_model(name)
    except ValueError as error:
        raise StepError("INVALID_CONFIG", str(error)) from None
