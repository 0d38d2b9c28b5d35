"""Look into a store, prune it, or export its embeddings."""

import argparse
from collections.abc import Iterable, Iterator
from itertools import batched
from pathlib import Path

import numpy as np

from steps import cli
from steps.cache import Store, check_cache, default_path, open_store
from steps.config import defaults
from steps.errors import StepError


def main(argv: list[str] | None = None) -> None:
    options = cli.parser("store", __doc__)
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument("--cache", default=defaults.CACHE, help="file or PostgreSQL URL")
    actions = options.add_subparsers(required=True, metavar="info | prune | export")
    info = actions.add_parser("info", parents=[shared], help="say what the store holds")
    info.set_defaults(act=_info)
    _prune_options(actions.add_parser("prune", parents=[shared], help="remove what is due"))
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


def _export_options(options: argparse.ArgumentParser) -> None:
    options.add_argument("output", type=Path, help="HDF5 file to write")
    options.add_argument("--model", required=True, help="as `info` calls it")
    options.add_argument("--revision", help="where the store has several of the model")
    options.set_defaults(act=_export)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    arguments.act(arguments, report)


def _open(arguments: argparse.Namespace, **limits: float | None) -> Store:
    """The store, which must exist: looking must not make one."""
    try:
        cache = check_cache(arguments.cache)
    except ValueError as error:
        raise StepError("INVALID_CONFIG", f"--cache: {error}") from None
    path = default_path() if cache == "default" else Path(cache)
    if "://" not in cache and not path.is_file():
        raise StepError("CACHE_UNAVAILABLE", f"There is no store {path}: name one by --cache.")
    return open_store(cache, **{"max_age_days": None, "max_gigabytes": None, **limits})


def _info(arguments: argparse.Namespace, report: cli.Report) -> None:
    with _open(arguments) as store:
        held = store.info()
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


def _day(time) -> str:
    return f"{time:%Y-%m-%d}"


def _prune(arguments: argparse.Namespace, report: cli.Report) -> None:
    limits = {"max_age_days": arguments.days, "max_gigabytes": arguments.gigabytes}
    with _open(arguments, **limits) as store:
        pruned = store.prune()
    print(f"Removed {pruned.expired:,} expired and {pruned.evicted:,} least recently used entries.")


def _export(arguments: argparse.Namespace, report: cli.Report) -> None:
    from steps.embed.file import write_embeddings

    with _open(arguments) as store:
        revision = _revision(store, arguments.model, arguments.revision)
        rows = store.all_embeddings(arguments.model, revision)
        write_embeddings(arguments.output, arguments.model, _blocks(rows))
    print(f"Wrote {arguments.output}: a dataset for each sequence, named by its SHA-256.")


def _blocks(rows: Iterable[tuple[bytes, np.ndarray]]) -> Iterator[tuple[list[str], np.ndarray]]:
    lengths: set[int] = set()
    for batch in batched(rows, 1000):
        lengths |= {len(vector) for _, vector in batch}
        if len(lengths) > 1:
            raise StepError(
                "INVALID_INPUT",
                f"Vectors of {' and '.join(map(str, sorted(lengths)))} numbers cannot stand in one "
                "file. A run with these proteins makes those anew that differ from the rest.",
            )
        yield [digest.hex() for digest, _ in batch], np.stack([vector for _, vector in batch])


def _revision(store: Store, model: str, revision: str | None) -> str:
    """The revision to export: the one asked for, or the only one that there is."""
    held = [row for row in store.info() if row.kind == "embedding"]
    known = [row.version for row in held if row.source == model]
    if not known:
        models = ", ".join(dict.fromkeys(row.source for row in held)) or "none at all"
        raise StepError(
            "INVALID_INPUT", f"The store has no embeddings of '{model}'; it has: {models}."
        )
    if revision in known or (revision is None and len(known) == 1):
        return revision or known[0]
    raise StepError(
        "INVALID_INPUT", f"Choose a revision of '{model}' by --revision: {', '.join(known)}."
    )


if __name__ == "__main__":
    main()
