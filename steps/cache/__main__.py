"""Look into a cache, prune it, import embeddings that others have published, or export them."""

import argparse
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import batched
from pathlib import Path

import numpy as np

from steps import cli
from steps.cache import check_cache, default_path, open_cache
from steps.cache.cache import Cache
from steps.cache.entries import Embedding
from steps.config import defaults
from steps.errors import StepError


def main(argv: list[str] | None = None) -> None:
    """Run `python -m steps.cache`."""
    options = cli.parser("cache", __doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--cache", default=defaults.CACHE, help="file or PostgreSQL URL")
    actions = options.add_subparsers(required=True, metavar="info | prune | import | export")
    info = actions.add_parser("info", parents=[shared], help="show what the cache holds")
    info.set_defaults(act=_info)
    _prune_options(actions.add_parser("prune", parents=[shared], help="remove what is due"))
    _import_options(actions.add_parser("import", parents=[shared], help="read HDF5"))
    _export_options(actions.add_parser("export", parents=[shared], help="write HDF5"))
    cli.run(options, _work, argv)


def _prune_options(options: argparse.ArgumentParser) -> None:
    options.add_argument(
        "--days", type=float, default=defaults.CACHE_DAYS, help="keep no longer (%(default)g)"
    )
    options.add_argument(
        "--gigabytes",
        type=float,
        default=defaults.CACHE_GIGABYTES,
        help="keep no more (%(default)g)",
    )
    options.set_defaults(act=_prune)


def _import_options(options: argparse.ArgumentParser) -> None:
    options.add_argument("embeddings", type=Path, help="HDF5 file, with a dataset a protein")
    options.add_argument("--fasta", type=Path, required=True, help="the sequences of its proteins")
    options.add_argument("--model", required=True, help="that made the embeddings: prot_t5, ...")
    options.set_defaults(act=_import)


def _export_options(options: argparse.ArgumentParser) -> None:
    options.add_argument("output", type=Path, help="HDF5 file to write")
    options.add_argument("--model", required=True, help="as `info` calls it")
    options.add_argument("--revision", help="where the cache has several of the model")
    options.set_defaults(act=_export)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    arguments.act(arguments, report)


def _open(
    arguments: argparse.Namespace, days: float | None = None, gigabytes: float | None = None
) -> Cache:
    """Open the cache, which must exist: looking must not make one.

    Raises:
        StepError: INVALID_CONFIG, CACHE_UNAVAILABLE.
    """
    try:
        cache = check_cache(arguments.cache)
    except ValueError as error:
        raise StepError("INVALID_CONFIG", f"--cache: {error}") from None
    path = default_path() if cache == "default" else Path(cache)
    if "://" not in cache and not path.is_file():
        raise StepError("CACHE_UNAVAILABLE", f"There is no cache {path}: name one by --cache.")
    return open_cache(cache, max_age_days=days, max_gigabytes=gigabytes)


def _info(arguments: argparse.Namespace, report: cli.Report) -> None:
    with _open(arguments) as cache:
        held = cache.info()
    head = ("kind", "model or source", "revision or version", "rows", "MB", "oldest", "last used")
    rows = [
        (
            *row[:3],
            f"{row.rows:,}",
            f"{row.bytes / 1e6:,.1f}",
            _day(row.oldest),
            _day(row.last_used),
        )
        for row in held
    ]
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(map(str.ljust, row, widths)).rstrip())


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def _prune(arguments: argparse.Namespace, report: cli.Report) -> None:
    with _open(arguments, arguments.days, arguments.gigabytes) as cache:
        pruned = cache.prune()
    print(f"Removed {pruned.expired:,} expired and {pruned.evicted:,} least recently used entries.")


def _import(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.embed.imports import import_file

    with open_cache(arguments.cache, max_age_days=None, max_gigabytes=None) as cache:
        counts = import_file(cache, arguments.embeddings, arguments.fasta, arguments.model)
    print(
        f"Imported {counts.added:,} embeddings; {counts.present:,} were there already. Of the "
        f"datasets, {counts.unknown:,} have no sequence in the FASTA file."
    )


def _export(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.embed.file import write_embeddings

    with _open(arguments) as cache:
        revision = _revision(cache, arguments.model, arguments.revision)
        rows = cache.all_embeddings(arguments.model, revision)
        write_embeddings(arguments.output, arguments.model, _blocks(rows))
    print(f"Wrote {arguments.output}: a dataset for each sequence, named by its SHA-256.")


def _blocks(rows: Iterable[tuple[bytes, Embedding]]) -> Iterator[tuple[list[str], Embedding]]:
    lengths: set[int] = set()
    for batch in batched(rows, 1000):
        lengths |= {len(embedding) for _, embedding in batch}
        if len(lengths) > 1:
            raise StepError(
                "INVALID_INPUT",
                f"Embeddings of {' and '.join(map(str, sorted(lengths)))} numbers cannot be in one "
                "file. A run with these proteins makes those anew that differ from the rest.",
            )
        yield [digest.hex() for digest, _ in batch], np.stack([embedding for _, embedding in batch])


def _revision(cache: Cache, model: str, revision: str | None) -> str:
    """Return the revision to export: the one asked for, or the only one."""
    held = [row for row in cache.info() if row.kind == "embedding"]
    known = [row.version for row in held if row.source == model]
    if not known:
        models = ", ".join(dict.fromkeys(row.source for row in held)) or "none at all"
        raise StepError(
            "INVALID_INPUT", f"The cache has no embeddings of '{model}'; it has: {models}."
        )
    if revision in known or (revision is None and len(known) == 1):
        return revision or known[0]
    raise StepError(
        "INVALID_INPUT", f"Choose a revision of '{model}' by --revision: {', '.join(known)}."
    )


if __name__ == "__main__":
    main()
