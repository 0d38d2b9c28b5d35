"""Sentences on the proteins: where they are from, and what was changed while reading them."""

from typing import Any

from steps.project.methods import split_method
from steps.report.methods.citations import name_of
from steps.report.methods.run import Report, Run
from steps.report.methods.text import (
    Text,
    cite,
    counted,
    joined,
    listed,
    number,
    percent,
    quoted,
)

#: Counts of step normalize -> what was changed, with the noun in the singular and the plural.
_CHANGES = (
    ("empty_records", "{} without residues left out", "record"),
    ("gaps_removed", "{} removed", "gap character"),
    ("stops_removed", "{} at the end removed", "stop"),
    ("lower_case", "{} raised from lower case", "sequence"),
    ("joined_lines", "{} on a line with residues taken for a new record", "header"),
    ("j_residues", "{} (Leu or Ile) embedded as X", "J"),
)


def sentences(run: Run) -> list[Text]:
    """Return where the proteins are from, and what reading them has changed."""
    normalized = run.reports("normalize")[0]
    retrieved = run.report("retrieve")
    found = _retrieved(retrieved) if retrieved else [_read(normalized)]
    grown = _grown(normalized["counts"]) + _placed_again(run)
    return found + _changed(normalized["counts"]) + grown


def _grown(counts: dict[str, int]) -> list[Text]:
    """Return which map the proteins joined, if any."""
    if "old" not in counts:
        return []
    said = f"{counts['new']:,} of them joined the map of an earlier run, from which "
    kept = f"{counted(counts['old'], 'protein')} kept coordinates, embeddings and annotations."
    left = f" {counted(counts['removed'], 'protein')} left it." if "removed" in counts else ""
    return [[f"{said}{kept}{left}"]]


def _placed_again(run: Run) -> list[Text]:
    """Return how well proteins of the map were placed on it again, as if they were new."""
    reports = [each["parameters"] for each in run.projections]
    return [[_again(each)] for each in reports if each.get("placed_again")]


def _again(parameters: Report) -> str:
    again, method = parameters["placed_again"], split_method(parameters["method"])[0]
    count, median, decile = (again[name] for name in ("proteins", "median", "ninth_decile"))
    said = f"{counted(count, 'protein')} of the map by {name_of('method', method)} were placed "
    said += f"again as if they were new, and landed {number(median)} spreads of the map from where "
    said += f"they are (median; ninth decile {number(decile)})"
    return f"{said}{_alike(again.get('labels'))}."


def _alike(labels: dict[str, Any] | None) -> str:
    if not labels:
        return ""
    name = quoted(labels["annotation"])
    return (
        f"; {percent(labels['placed'])} of the nearest proteins there have their {name}, and "
        f"{percent(labels['on_map'])} of those around their places"
    )


def _read(report: Report) -> Text:
    counts, parameters = report["counts"], report["parameters"]
    count = counted(counts["sequences"], "protein")
    files = [parameters["input"], *(each["name"] for each in parameters.get("more", []))]
    if counts["residues"]:
        residues = counted(counts["residues"], "residue")
        return [f"{count} ({residues}) were read from the file {quoted(files[0])}."]
    return [f"{count} were taken from embeddings in {listed([quoted(name) for name in files])}."]


def _retrieved(report: Report) -> list[Text]:
    parameters = report["parameters"]
    count = counted(report["counts"]["proteins"], "protein")
    releases = listed(parameters.get("releases", []))
    release = f" (release {releases})" if releases else ""
    first: Text = [f"{count} were retrieved from UniProt{release}", *cite("annotations", "uniprot")]
    day, last = parameters.get("retrieved"), parameters.get("retrieved_last")
    return [[*first, f"{on(day, last)} by {_asked(parameters)}."], *_replaced(parameters)]


def on(day: str | None, last: str | None) -> str:
    """Return ` on 2026-03-01`, or the first and the last day; nothing where none is known."""
    if not day:
        return ""
    if last is None:
        return f" from {day} on"
    return f" on {day}" if day == last else f" between {day} and {last}"


def _asked(parameters: dict[str, str]) -> str:
    if "query" in parameters:
        return f"the query {quoted(parameters['query'])}"
    return f"the accessions in {quoted(parameters['accessions'])}"


def _replaced(parameters: dict[str, dict[str, str]]) -> list[Text]:
    merged, gone = (len(parameters.get(name) or ()) for name in ("merged", "left_out"))
    found: list[Text] = []
    if merged:
        found.append([f"{counted(merged, 'accession')} stood for an entry merged into another."])
    if gone:
        found.append([f"{counted(gone, 'accession')} without an entry were left out."])
    return found


def changes(counts: dict[str, int]) -> list[str]:
    """Return what reading the proteins has changed, by the counts of step normalize."""
    return [
        phrase.format(counted(counts[name], noun, "J" if noun == "J" else ""))
        for name, phrase, noun in _CHANGES
        if counts.get(name)
    ]


def _changed(counts: dict[str, int]) -> list[Text]:
    found: list[Text] = [[change] for change in changes(counts)]
    return [["While reading: ", *joined(found), "."]] if found else []
