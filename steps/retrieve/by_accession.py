"""Proteins of a list of accessions: from the cache, else looked up in batches."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from steps.annotate.remote.batches import FetchOptions, fetch
from steps.annotate.remote.source import Values
from steps.retrieve import search
from steps.retrieve.answer import Answer, Progress, no_progress, offline
from steps.retrieve.lookup import Entries

if TYPE_CHECKING:
    from steps.cache.run_cache import RunCache


def of_list(
    accessions: Sequence[str],
    cache: "RunCache",
    options: FetchOptions,
    progress: Progress = no_progress,
) -> Answer:
    """Return the entries of accessions, in their order; arguments as of `by_query.of_query`.

    Raises:
        StepError: UNIPROT_UNAVAILABLE, OFFLINE; NO_PROTEINS_FOUND, if none has an entry.
    """
    wanted = list(dict.fromkeys(accessions))
    outcome = fetch(Entries(), wanted, (), cache, options, progress(len(wanted)))
    if outcome.missing and options.offline:
        raise offline(f"{len(outcome.missing):,} of {len(wanted):,} accessions")
    if outcome.missing:
        raise search.unavailable(
            f"{len(outcome.missing):,} of {len(wanted):,} accessions have no answer "
            f"({outcome.reason}); the others are kept"
        )
    answer = _assembled(wanted, outcome.answers)
    answer.check(len(wanted))
    answer.stored = outcome.stored
    return answer


def _assembled(wanted: Sequence[str], answers: dict[str, Values]) -> Answer:
    answer, proteins = Answer(), dict[str, Values]()
    for accession in wanted:
        values = answers[accession]
        if "gone" in values:
            answer.gone[accession] = values["gone"]
            continue
        identifier = values["identifier"]
        if identifier != accession.removesuffix("-1"):
            answer.merged[accession] = identifier
        proteins[identifier] = values
    answer.proteins = list(proteins.values())
    return answer
