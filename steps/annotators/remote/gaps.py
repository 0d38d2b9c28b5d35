"""What the remote sources gave and could not give, said where people and programs look."""

import argparse
from collections.abc import Sequence

import pyarrow as pa

from steps import command
from steps.annotators.names import sources_of
from steps.annotators.remote.curated import Curated
from steps.annotators.remote.fetching import Outcome, Rules
from steps.annotators.remote.references import Reference
from steps.errors import StepError
from steps.progress import Progress


def columns(
    sequences: pa.Table,
    wanted: Sequence[str],
    arguments: argparse.Namespace,
    report: command.Report,
) -> dict[str, pa.Array]:
    """The curated columns; gaps go to the report, the log and the progress file.

    Raises:
        StepError: ANNOTATIONS_INCOMPLETE with `--strict`.
    """
    proteins = dict(
        zip(sequences["protein_id"].to_pylist(), sequences["sequence"].to_pylist(), strict=True)
    )
    progress = Progress(arguments.log, len(proteins) * len(sources_of(list(wanted))))
    rules = Rules(arguments.offline, arguments.annotation_days, frozenset(arguments.refetch))
    with command.store(arguments) as store:
        address = arguments.biocentral_url
        curated = Curated(proteins, wanted, store, rules, address, progress.advance)
        found = curated.columns()
        _tell(curated, arguments, report, progress)
        if arguments.cache == "none":
            store.discard()
    return found


def _tell(
    curated: Curated, arguments: argparse.Namespace, report: command.Report, progress: Progress
) -> None:
    sources, missing = {}, []
    for name, outcome in curated.outcomes.items():
        lost = curated.not_fetched(name)
        sources[name] = _summary(curated, name, lost)
        if lost:
            missing.append(outcome.label)
            _warn(_sentence(outcome, lost, len(curated.proteins)), arguments.strict)
    for reference in curated.unnamed:
        missing.append(reference.label)
        _warn_unnamed(reference, arguments.strict)
    report.parameters["sources"] = sources
    if missing:
        progress.note(missing_sources=missing)


def _summary(curated: Curated, name: str, lost: list[str]) -> dict:
    """Empty because absent and empty because not fetched, told apart."""
    outcome, every = curated.outcomes[name], len(curated.proteins)
    named = "all" if len(lost) == every else lost
    counts = {"stored": outcome.stored, "asked": outcome.asked, "not_fetched": len(lost)}
    if not lost:
        return counts
    return counts | {"not_fetched_proteins": named, "reason": outcome.reason}


def _sentence(outcome: Outcome, lost: list[str], every: int) -> str:
    return (
        f"{outcome.label}: {len(lost)} of {every} proteins have no values of it "
        f"({outcome.reason or 'no answer for them'}). Make the annotations again to fetch them."
    )


def _warn_unnamed(reference: Reference, strict: bool) -> None:
    columns = ", ".join(sorted(reference.annotations))
    text = f"The {reference.label} cannot be fetched: {columns} have bare codes, or nothing."
    _warn(text, strict)


def _warn(text: str, strict: bool) -> None:
    if strict:
        raise StepError("ANNOTATIONS_INCOMPLETE", text)
    command.log.warning(text)
