"""Sentences on the embeddings: by which model, where, and of which version."""

import re
from urllib.parse import urlsplit

from steps.config.defaults import BIOCENTRAL_URL
from steps.embed.models import OWN
from steps.embed.models.catalogue import Model, find_model
from steps.report.methods.citations import name_of
from steps.report.methods.run import Report, Run
from steps.report.methods.text import Text, cite, counted, listed, quoted

#: Embedders that are ours -> what an embedding by them is.
_OWN = {
    "kmers": "square roots of the frequencies of pairs of residues at distances 1 to 16 and of "
    "spaced triplets, smoothed by BLOSUM62",
    "composition": "square roots of the frequencies of residues and of pairs of neighbouring "
    "residues",
}
_LOCAL = re.compile(r"local (?P<kind>commit|sha256) (?P<version>\w+) (?P<precision>\w+)\b")
_REMOTE = re.compile(r"biocentral-\d+ (?P<url>\S+)")


def sentences(run: Run) -> list[Text]:
    """Return how each embedding was made, and how often equal sequences were embedded."""
    found = [part for report in run.embeddings for part in _of(report)]
    made = [report["parameters"] for report in run.embeddings]
    for report in run.referred:
        if report["parameters"] in made:
            found.append(["The references were embedded in the same way."])
        else:
            found += _of(report, "Each reference")
    return found


def display_name(embedder: str) -> str:
    """Return what a text calls an embedder: a name of the user's is in quotes."""
    if embedder in OWN:
        return f"‘{embedder}’"
    model = _model(embedder)
    if model is None:
        return quoted(embedder)
    return name_of("embedder", model.name)


def _model(embedder: str) -> Model | None:
    try:
        return find_model(embedder)
    except ValueError:
        # What a file of embeddings is called.
        return None


def _of(report: Report, each: str = "Each protein") -> list[Text]:
    parameters, counts = report["parameters"], report["counts"]
    name, size = parameters["embedder"], counted(parameters["dimensions"], "dimension")
    if "files" in parameters:
        return _given(report, name, size)
    if name in OWN:
        what = f": {_OWN[name]}" if name in _OWN else ""
        text = f"{each} was embedded by {display_name(name)} ({size}){what}"
        return [[text, *cite("embedder", name), "."]]
    first: Text = [f"{each} was embedded by {display_name(name)}", *_cited(name)]
    first += [f" ({_checkpoint(name, parameters)}{size}, mean over residues)", *_where(parameters)]
    return [[*first, "."], *_distinct(counts), *_imported(parameters)]


def _cited(embedder: str) -> Text:
    model = _model(embedder)
    return cite("embedder", model.name if model else embedder)


def _checkpoint(embedder: str, parameters: Report) -> str:
    """Return the checkpoint of a model whose name does not say it."""
    model = _model(embedder)
    if model is None or "backend" not in parameters:
        return ""
    found = model.biocentral if parameters["backend"] == "biocentral" else model.checkpoint
    return f"{found}, " if found != embedder else ""


def _where(parameters: Report) -> Text:
    """Return where a model was computed, as far as the revision of the embeddings says it."""
    backend, revision = parameters.get("backend"), parameters.get("revision") or ""
    if backend == "biocentral":
        asked = _REMOTE.match(revision)
        # Another server's name is no reader's business.
        known = asked and urlsplit(asked["url"]).hostname == urlsplit(BIOCENTRAL_URL).hostname
        where = f" at {urlsplit(BIOCENTRAL_URL).hostname}" if known else ""
        return [" by a Biocentral server", *cite("backend", "biocentral"), where]
    if backend == "local" and (found := _LOCAL.match(revision)):
        version = f"{found['kind']} {found['version'][:12]}".replace("sha256", "SHA-256")
        weights = f", in {found['precision']}, weights of {version}"
        return [" with PyTorch and transformers", *cite("backend", "local"), weights]
    return []


def _distinct(counts: dict[str, int]) -> list[Text]:
    if counts["distinct"] == counts["sequences"]:
        return []
    return [[f"Equal sequences were embedded once ({counts['distinct']:,} distinct ones)."]]


def _imported(parameters: Report) -> list[Text]:
    if not (found := parameters.get("imported")):
        return []
    files = listed([quoted(each["name"]) for each in found["files"]])
    return [[f"{counted(found['count'], 'embedding')} of these were imported from {files}."]]


def _given(report: Report, name: str, size: str) -> list[Text]:
    files = listed([quoted(each["name"]) for each in report["parameters"]["files"]])
    found: list[Text] = [
        [
            f"Embeddings by {display_name(name)}",
            *_cited(name),
            f" ({size}) were taken from {files}.",
        ]
    ]
    if missing := report["counts"].get("missing"):
        where = _where(report["parameters"])
        found.append([f"{counted(missing, 'protein')} missing there were embedded", *where, "."])
    return found
