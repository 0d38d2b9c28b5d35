"""Uploads that name proteins of UniProt: a list of accessions, or a query.

Their number is known before the run downloads them.
"""

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import requests

from gateway.runs.directory import DATASET
from gateway.settings import Settings
from steps.retrieve.accessions import parse_list
from steps.retrieve.limits import Most, check_enough, check_hits, check_lengths, check_listed
from steps.retrieve.queries import dataset_name, is_query, query_of
from steps.retrieve.search import count

#: Seconds for UniProt to accept a connection, and to count the hits of a query.
_SECONDS = (5, 20)


class Source(NamedTuple):
    """The name of an upload, the input of its run, counts, and the embedders that it names.

    Identifiers are those of its proteins, where they are known before the run.
    """

    name: str
    input: str
    counts: dict[str, int]
    embedders: list[str] | None = None
    identifiers: list[str] | None = None


def store_accessions(text: str, folder: Path, settings: Settings) -> Source:
    """Write a list of accessions, each once, once their number is allowed.

    Raises:
        StepError: INVALID_ACCESSIONS, TOO_FEW_SEQUENCES, TOO_MANY_SEQUENCES.
    """
    accessions = list(dict.fromkeys(parse_list(text)))
    check_listed(len(accessions), _most(settings))
    check_enough(len(accessions), settings.sequence_min_count)
    path = folder / f"{DATASET}.txt"
    path.write_text("\n".join([*accessions, ""]))
    return Source("accessions", path.name, {"sequences": len(accessions)})


def store_query(text: str, folder: Path, settings: Settings) -> Source:
    """Write a query, once UniProt has said how many proteins it finds.

    Raises:
        StepError: INVALID_QUERY, NO_PROTEINS_FOUND, TOO_FEW_SEQUENCES, TOO_MANY_SEQUENCES,
            SEQUENCE_TOO_LONG, UNIPROT_UNAVAILABLE.
    """
    query = query_of(text if is_query(text) else f"uniprot:{text}")
    counts: dict[str, int] = {}
    # Offline, the run looks for it in the cache.
    if not settings.offline:
        counts["sequences"] = found = count(query, _get)
        check_hits(query, found, _most(settings))
        check_enough(found, settings.sequence_min_count)
        check_lengths(query, settings.sequence_max_residues, _get)
    path = folder / f"{DATASET}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        # A sheet, as a query has no name of its own for the data set.
        csv.writer(file).writerows([("dataset", "fasta"), (DATASET, f"uniprot:{query}")])
    return Source(dataset_name(query), path.name, counts)


def _get(url: str, parameters: Mapping[str, str] | None) -> requests.Response:
    response = requests.get(url, parameters, timeout=_SECONDS)
    response.raise_for_status()
    return response


def _most(settings: Settings) -> Most:
    return Most(settings.sequence_max_count, "the limit of this server")
