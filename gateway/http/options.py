"""The options of this server, for pages that have no copy of its settings."""

from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

from gateway.progress.stages import RANK
from gateway.run_config import default_choices, fasta_limits
from gateway.runs import estimates
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings, Stage
from steps.annotate.groups import is_ours
from steps.annotate.remote.catalogue import SOURCES
from steps.embed.models import OWN
from steps.errors import COLAB
from steps.formats import FORMATS, START
from steps.normalize.identifiers import CONVENTIONS, MAX_IDENTIFIER
from steps.normalize.records import MAX_HEADER
from steps.normalize.residues import (
    BLANKS,
    GAPS,
    NUCLEOTIDES,
    NUCLEOTIDES_FROM,
    RESIDUES,
    UNICODE_BLANKS,
)
from steps.project.methods import split_method

#: Label and a line of help.
Described = tuple[str, str]

#: The web app that explores a bundle.
PROTSPACE = "https://protspace.app/explore"
_STAGES: dict[Stage, str] = {
    "normalizing": "Reading sequences",
    "embedding": "Embedding",
    "annotating": "Looking up annotations",
    "projecting": "Projecting",
    "bundling": "Writing the bundle",
}


def options(settings: Settings, jobs: dict[str, int]) -> dict[str, Any]:
    """Return limits, choices, stages, retention, history and links, ready for JSON.

    Args:
        jobs: how many jobs are `running` and `queued` now.
    """
    return {
        "limits": asdict(fasta_limits(settings)),
        "fasta": _fasta(),
        "choices": choices(settings),
        "notes": notes(settings),
        "stages": _stages(),
        "retention": _retention(settings),
        "run_seconds": settings.pipeline_timeout_seconds,
        "history": estimates.figures(settings.job_root),
        "jobs": jobs | {"at_once": settings.max_concurrent_jobs},
        "token_needed": settings.api_token is not None,
        "links": {"protspace": PROTSPACE, "colab": COLAB},
    }


def _stages() -> list[dict[str, Any]]:
    """Return the stages; those of one `rank` may overlap, each rank begins after those below."""
    return [{"name": name, "label": _STAGES[name], "rank": rank} for name, rank in RANK.items()]


def _fasta() -> dict[str, Any]:
    """Return the alphabet, patterns and bounds by which a FASTA file is checked."""
    return {
        "residues": RESIDUES.decode(),
        "gaps": GAPS.decode(),
        "blanks": BLANKS.decode(),
        "unicode_blanks": UNICODE_BLANKS,
        "conventions": [[each.pattern.pattern, each.unsure] for each in CONVENTIONS],
        "formats": [[each.pattern.pattern, each.sentence] for each in FORMATS],
        "format_bytes": START,
        "max_identifier": MAX_IDENTIFIER,
        "max_header": MAX_HEADER,
        "nucleotides": NUCLEOTIDES,
        "nucleotides_from": NUCLEOTIDES_FROM,
    }


def _retention(settings: Settings) -> dict[str, int | None]:
    """Return seconds after the end of a run, after its download, and after the upload."""
    downloaded = settings.download_grace_seconds if settings.delete_after_download else None
    return {
        "seconds": settings.bundle_ttl_seconds,
        "after_download_seconds": downloaded,
        "at_most_seconds": PUBLISHED_RETENTION_SECONDS,
    }


def choices(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Return what each field of an upload offers: `name`, `label`, `help`, `default`."""
    described = {"embedders": _embedder, "methods": _method, "annotations": _annotation}
    defaults = default_choices(settings)
    return {
        field: [
            _choice(name, describe(name), name in defaults[field])
            for name in dict.fromkeys((*defaults[field], *getattr(settings, f"allowed_{field}")))
        ]
        for field, describe in described.items()
    }


def _choice(name: str, described: Described, default: bool) -> dict[str, Any]:
    label, text = described
    return {"name": name, "label": label, "help": text, "default": default}


def notes(settings: Settings) -> dict[str, str]:
    """Return a note on each field: which server gets the sequences, or the accessions."""
    found = {}
    if not {*settings.allowed_embedders, settings.embedder} <= OWN.keys():
        where = "on this server; the sequences stay on it"
        if settings.backend == "biocentral":
            where = f"at {urlsplit(settings.biocentral_url).hostname}, which gets the sequences"
        found["embedders"] = f"Language models are computed {where}."
    if settings.offline:
        found["annotations"] = (
            "This server queries no other one: only annotations in its cache are added."
        )
    elif not all(map(is_ours, (*settings.allowed_annotations, *settings.annotations))):
        found["annotations"] = (
            "UniProt, taxonomy and TED are queried by accession, InterPro by sequence checksum."
        )
    return found


def _embedder(name: str) -> Described:
    return _labels()["embedders"].get(name, (name, "A language model of the model hub."))


def _method(name: str) -> Described:
    method, inline = split_method(name)
    default = (name, "A projection to two dimensions.")
    label, text = _labels()["methods"].get(method, default)
    more = ", ".join(f"{key} {value}" for key, value in inline.items())
    return (f"{label} ({more})" if more else label), text


def _annotation(name: str) -> Described:
    known = _labels()["annotations"]
    if name in known:
        return known[name]
    source = next((source for source, names in SOURCES.items() if name in names), None)
    text = f"A single annotation of {known[source][0]}." if source else "Annotations."
    return name.replace("_", " "), text


@cache
def _labels() -> dict[str, dict[str, Described]]:
    """Return label and help by field and name."""
    text = Path(__file__).with_name("labels.yaml").read_text(encoding="utf-8")
    return {
        field: {name: (label, line) for name, (label, line) in entries.items()}
        for field, entries in yaml.safe_load(text).items()
    }
