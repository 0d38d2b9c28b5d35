"""Sentences on the annotations: which came from where, and on which days."""

from pathlib import PurePath

from steps.annotate.groups import is_ours, is_table
from steps.annotate.header import NAMES as IN_HEADERS
from steps.annotate.remote.catalogue import expand, sources_of
from steps.report.methods.citations import keys_of, name_of
from steps.report.methods.proteins import on
from steps.report.methods.run import Report, Run
from steps.report.methods.text import Text, cite, counted, joined, listed, quoted

#: Annotations of group `sequence` that no other group has; its module would load Biopython.
_OF_RESIDUES = (
    *("molecular_weight", "isoelectric_point", "gravy", "aromaticity", "instability_index"),
)
_WORDS = {
    "gravy": "hydropathy (GRAVY)",
    "reviewed": "review status",
    "taxon_id": "taxon",
    "uniprot_kb_id": "entry name",
}


def sentences(run: Run) -> list[Text]:
    """Return where the annotations are from; nothing without any."""
    report = run.report("annotate")
    if report is None:
        return []
    return _remote(report) + _computed(report)


def _computed(report: Report) -> list[Text]:
    """Return what was read from headers and the user's tables, or computed from sequences."""
    wanted, counts = report["parameters"]["annotations"], report["counts"]
    found: list[Text] = []
    if "header" in wanted and (names := [name for name in IN_HEADERS if counts.get(name)]):
        found.append([f"Headers gave {listed([readable(name) for name in names])}."])
    if "sequence" in wanted and (names := [name for name in _OF_RESIDUES if counts.get(name)]):
        text = f"The sequences gave {listed([readable(name) for name in names])}, computed by the "
        text += "tables of ProtParam in Biopython"
        found.append([text, *cite("annotations", "sequence"), "."])
    if tables := [quoted(PurePath(name).name) for name in wanted if is_table(name)]:
        found.append([f"Annotations of our own were taken from {listed(tables)}."])
    return found


def readable(name: str) -> str:
    """Return the name of an annotation in words."""
    return _WORDS.get(name, name.replace("_", " "))


def _remote(report: Report) -> list[Text]:
    """Return what came from each remote source that answered, and what of it is missing."""
    parameters, counts = report["parameters"], report["counts"]
    wanted = [name for name in parameters["annotations"] if not is_ours(name)]
    known = {
        source: [name for name in names if name in counts]
        for source, names in sources_of(expand(wanted)).items()
        if source in parameters.get("sources", {})
    }
    sources: list[Text] = [
        _source(source, names, parameters) for source, names in known.items() if names
    ]
    found: list[Text] = [["Annotations were taken from ", *joined(sources, "; from "), "."]]
    found[0] = _with_last(found[0])
    return (found if sources else []) + _missing(parameters)


def _with_last(text: Text) -> Text:
    return ["; and from " if part == " and " else part for part in text]


def _source(source: str, names: list[str], parameters: Report) -> Text:
    """Return a source, its days, and its annotations; predictions cite their models."""
    days = parameters.get("days", {}).get(source, [])
    asked = on(days[0], days[-1]) if days else ""
    predicted = [name for name in names if keys_of("annotations", name)]
    cited = cite("annotations", source, *predicted)
    return [name_of("annotations", source), *cited, f"{asked} ({', '.join(names)})"]


def _missing(parameters: Report) -> list[Text]:
    lost = {
        source: counts["not_fetched"]
        for source, counts in parameters.get("sources", {}).items()
        if counts.get("not_fetched")
    }
    return [
        [f"{name_of('annotations', source)} gave no answer for {counted(count, 'protein')}."]
        for source, count in lost.items()
    ]
