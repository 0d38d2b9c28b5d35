"""Retrieve proteins from UniProt, those of a query or of a list of accessions.

Writes a FASTA file, and a table of the annotations that came with it, which step annotate takes
instead of asking again.
"""

import argparse
import itertools
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from steps import cli
from steps.annotate.remote.catalogue import SOURCES
from steps.cache.options import add_cache_options, open_from
from steps.config import defaults
from steps.files import replacing
from steps.progress import Progress
from steps.retrieve.accessions import read_list
from steps.retrieve.limits import Most, check_listed
from steps.retrieve.queries import is_query, query_of

if TYPE_CHECKING:
    from steps.annotate.remote.batches import FetchOptions
    from steps.annotate.remote.source import Values
    from steps.retrieve.answer import Answer

_WIDTH = 60
#: Accessions that a warning names.
_SHOWN = 5
#: Offline, the cached answer is used however old it is.
_ALL_DAYS = 100_000


def write_fasta(proteins: "Iterable[Values]", path: Path) -> None:
    """Write a FASTA file with UniProt's headers."""
    with replacing(path) as staged, staged.open("w", encoding="utf-8") as file:
        for each in proteins:
            lines = ("".join(part) for part in itertools.batched(each["sequence"], _WIDTH))
            file.write("\n".join([f">{each['header']}", *lines, ""]))


def write_entries(proteins: "list[Values]", path: Path) -> None:
    """Write the annotations of entries as a table, by `protein_id`."""
    columns = {name: [each[name] for each in proteins] for name in SOURCES["uniprot"]}
    table = {"protein_id": [each["identifier"] for each in proteins], **columns}
    with replacing(path) as staged:
        pq.write_table(pa.table(table), staged)


def main(argv: list[str] | None = None) -> None:
    """Run the step from its command line."""
    options = cli.parser("retrieve", __doc__)
    options.add_argument("source", help="'uniprot:QUERY', or a file with a list of accessions")
    options.add_argument("--output", type=Path, required=True, help="FASTA file to write")
    options.add_argument("--entries", type=Path, required=True, help="parquet file to write")
    options.add_argument("--max-proteins", type=int, metavar="N")
    options.add_argument("--max-sequences", type=int, metavar="N")
    options.add_argument("--query-days", type=float, default=defaults.QUERY_DAYS)
    options.add_argument("--refetch", nargs="*", default=[], metavar="SOURCE")
    add_cache_options(options)
    cli.run(options, _work, argv)


def _work(arguments: argparse.Namespace, report: cli.Report) -> None:
    answer = _answer(arguments)
    write_fasta(answer.proteins, arguments.output)
    write_entries(answer.proteins, arguments.entries)
    for sentence in _warnings(answer):
        cli.log.warning(sentence)
    report.counts = {"proteins": len(answer.proteins), "cached": answer.stored}
    report.parameters = _asked(arguments.source) | {
        "releases": sorted({each["release"] for each in answer.proteins}),
        "retrieved": min((each["retrieved"] for each in answer.proteins), default=""),
        "retrieved_last": max((each["retrieved"] for each in answer.proteins), default=""),
        "merged": answer.merged,
        "left_out": answer.gone,
    }
    report.packages = ("protspace", "pyarrow")


def _asked(source: str) -> dict[str, str]:
    if is_query(source):
        return {"query": query_of(source)}
    return {"accessions": Path(source).name}


def _answer(arguments: argparse.Namespace) -> "Answer":
    most, source = _most(arguments), arguments.source
    wanted = [] if is_query(source) else _wanted(Path(source), most)
    # Loads pandas and protspace: a second that a list that cannot be read need not take.
    from steps.retrieve.by_accession import of_list
    from steps.retrieve.by_query import of_query

    options, progress = _options(arguments), _progress(arguments)
    with open_from(arguments) as cache:
        if is_query(source):
            answer = of_query(query_of(source), cache, options, most, progress)
        else:
            answer = of_list(wanted, cache, options, progress)
        # Without a cache, answers are kept beside the output until the step succeeds.
        if arguments.cache == "none":
            cache.discard()
    return answer


def _wanted(path: Path, most: Most) -> list[str]:
    wanted = list(dict.fromkeys(read_list(path)))
    check_listed(len(wanted), most)
    return wanted


def _options(arguments: argparse.Namespace) -> "FetchOptions":
    from steps.annotate.remote.batches import FetchOptions

    days = _ALL_DAYS if arguments.offline else arguments.query_days
    return FetchOptions(arguments.offline, days, frozenset(arguments.refetch))


def _most(arguments: argparse.Namespace) -> Most:
    """Return the lower one of both limits."""
    limits = {"max_proteins": arguments.max_proteins, "max_sequences": arguments.max_sequences}
    known = [Most(limit, key) for key, limit in limits.items() if limit is not None]
    return min(known, key=lambda each: each.proteins or 0, default=Most())


def _progress(arguments: argparse.Namespace) -> Callable[[int], Callable[[int], None]]:
    return lambda proteins: Progress(arguments.log, proteins).advance


def _warnings(answer: "Answer") -> Iterator[str]:
    if answer.merged:
        pairs = [f"{old} is {new} now" for old, new in answer.merged.items()]
        yield f"{len(pairs)} accession(s) were merged into other entries: {_shown(pairs)}."
    if answer.gone:
        sentences = [f"{key} {what}" for key, what in answer.gone.items()]
        yield f"{len(sentences)} accession(s) were left out: {_shown(sentences)}."
    releases = {each["release"] for each in answer.proteins}
    if len(releases) > 1:
        yield f"The entries are of several releases of UniProt: {', '.join(sorted(releases))}."


def _shown(items: list[str]) -> str:
    return "; ".join(items[:_SHOWN]) + ("; ..." if len(items) > _SHOWN else "")
