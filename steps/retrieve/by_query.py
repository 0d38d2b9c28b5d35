"""Proteins of a UniProt query: from the cache, else page by page from UniProt."""

import hashlib
import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING

from protspace.data.annotations.retrievers.http_utils import PooledSession, get_with_retry

from steps.annotate.remote.batches import FetchOptions
from steps.annotate.remote.reachability import why_unreachable
from steps.annotate.remote.source import Values
from steps.progress import EvenProgress
from steps.retrieve import search
from steps.retrieve.answer import Answer, Progress, no_progress, offline
from steps.retrieve.entries import ENTRIES, FIELDS, is_active, values_of
from steps.retrieve.limits import Most, check_hits
from steps.retrieve.lookup import Entries, what_became

if TYPE_CHECKING:
    from steps.cache.run_cache import RunCache

log = logging.getLogger("steps")

#: Name of queries in the cache, and the schema of their answers and of entries.
_QUERIES, _SCHEMA = "uniprot-query", 1


def of_query(
    query: str,
    cache: "RunCache",
    options: FetchOptions,
    most: Most,
    progress: Progress = no_progress,
) -> Answer:
    """Return the proteins of a query.

    Args:
        query: in UniProt's syntax.
        cache: where the answer is looked up, and stored.
        options: how old a cached answer may be, and whether UniProt may be asked.
        most: how many proteins may be retrieved.
        progress: called with the number of proteins; returns what is called as they arrive.

    Raises:
        StepError: INVALID_QUERY, NO_PROTEINS_FOUND, TOO_MANY_SEQUENCES, UNIPROT_UNAVAILABLE,
            OFFLINE.
    """
    key = hashlib.sha256(query.encode()).hexdigest()
    if answer := _stored(key, cache, options):
        check_hits(query, len(answer.proteins), most)
        EvenProgress(progress(len(answer.proteins)), len(answer.proteins), 0).complete()
        return answer
    if options.offline:
        raise offline("this query")
    if reason := why_unreachable(search.URL):
        raise search.unavailable(reason)
    with PooledSession() as session:
        return _searched(
            key, query, partial(get_with_retry, session=session), cache, most, progress
        )


def _stored(key: str, cache: "RunCache", options: FetchOptions) -> Answer | None:
    """Return the cached answer, if all of it is there."""
    since = options.not_before(Entries.name)
    if since is None:
        return None
    found = cache.annotations(_QUERIES, _SCHEMA, [key], since)
    if key not in found:
        return None
    summary, day = found[key]
    entries = cache.annotations(ENTRIES, _SCHEMA, summary["accessions"], since)
    proteins = [entries[each][0] for each in summary["accessions"] if each in entries]
    # One may have been evicted, or have been deleted since, as a list found out.
    if any("gone" in each for each in proteins) or len(proteins) < len(summary["accessions"]):
        return None
    log.info("The answer of UniProt of %s is in the cache.", day)
    return Answer(proteins, len(proteins), gone=summary["gone"])


def _searched(
    key: str,
    query: str,
    get: search.Get,
    cache: "RunCache",
    most: Most,
    progress: Progress,
) -> Answer:
    total = search.count(query, get)
    log.info("UniProt has %s proteins for the query %s.", f"{total:,}", query)
    check_hits(query, total, most)
    advance, answer = EvenProgress(progress(total), total, total), Answer()
    for page in search.pages(query, FIELDS, get):
        active = [values_of(each, page.release) for each in page.records if is_active(each)]
        inactive = [each for each in page.records if not is_active(each)]
        answer.gone |= {each["primaryAccession"]: what_became(each) for each in inactive}
        answer.proteins += active
        cache.add_annotations(ENTRIES, _SCHEMA, _by_accession(active), _today())
        advance.advance(len(page.records))
    _check_whole(answer, total)
    answer.check(total)
    cache.add_annotations(_QUERIES, _SCHEMA, {key: _summary(answer)}, _today())
    return answer


def _summary(answer: Answer) -> dict[str, object]:
    accessions = [each["identifier"] for each in answer.proteins]
    return {"accessions": accessions, "gone": answer.gone}


def _by_accession(entries: Sequence[Values]) -> dict[str, Values]:
    return {each["identifier"]: each for each in entries}


def _check_whole(answer: Answer, total: int) -> None:
    """Check that all hits arrived; a page may be cut short, or a release come in between."""
    arrived = len(_by_accession(answer.proteins)) + len(answer.gone)
    if arrived != total:
        raise search.unavailable(f"it has {total:,} proteins and sent {arrived:,}")


def _today() -> date:
    return datetime.now(UTC).date()
