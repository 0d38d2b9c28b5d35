"""The options of this server, for pages that have no copy of its settings."""

from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from gateway.http.labels import DESCRIBE, Described
from gateway.progress.stages import RANK
from gateway.run_config import default_choices, fasta_limits
from gateway.runs import estimates
from gateway.runs.base_maps import BaseMap, view
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings, Stage
from steps.annotate.groups import is_ours
from steps.embed.models import OWN
from steps.errors import COLAB
from steps.formats import FORMATS, START
from steps.normalize.identifiers import CONVENTIONS, MAX_IDENTIFIER
from steps.normalize.records import MAX_HEADER
from steps.normalize.residues import (
    BLANKS,
    GAPPED,
    GAPS,
    NUCLEOTIDES,
    NUCLEOTIDES_FROM,
    REMEDIES,
    RESIDUES,
    UNICODE_BLANKS,
)

#: The web app that explores a bundle.
PROTSPACE = "https://protspace.app/explore"
_NONE: Mapping[str, BaseMap] = MappingProxyType({})
_STAGES: dict[Stage, str] = {
    "normalizing": "Reading sequences",
    "embedding": "Embedding",
    "annotating": "Looking up annotations",
    "projecting": "Projecting",
    "bundling": "Writing the bundle",
}


def options(
    settings: Settings, jobs: dict[str, int], base_maps: Mapping[str, BaseMap]
) -> dict[str, Any]:
    """Return limits, choices, stages, retention, history and links, ready for JSON.

    Args:
        jobs: how many jobs are `running` and `queued` now.
        base_maps: those that an upload can join.
    """
    return {
        "inputs": settings.allowed_inputs,
        "limits": asdict(fasta_limits(settings)) | _limits(settings),
        "fasta": _fasta(),
        "choices": choices(settings),
        "base_maps": view(base_maps),
        "notes": notes(settings, base_maps),
        "stages": _stages(),
        "retention": _retention(settings),
        "run_seconds": settings.pipeline_timeout_seconds,
        "history": estimates.figures(settings.job_root),
        "jobs": jobs | {"at_once": settings.max_concurrent_jobs},
        "token_needed": settings.api_token is not None,
        "links": {"protspace": PROTSPACE, "colab": COLAB},
    }


def _limits(settings: Settings) -> dict[str, int]:
    """Return the limits of files that are no FASTA."""
    return {
        "max_embeddings_bytes": settings.embeddings_max_bytes,
        "max_table_bytes": settings.table_max_bytes,
        "max_table_rows": settings.table_max_rows,
        "max_table_columns": settings.table_max_columns,
        "max_styles_bytes": settings.styles_max_bytes,
    }


def _stages() -> list[dict[str, Any]]:
    """Return the stages; those of one `rank` may overlap, each rank begins after those below."""
    return [{"name": name, "label": _STAGES[name], "rank": rank} for name, rank in RANK.items()]


def _fasta() -> dict[str, Any]:
    """Return the alphabet, patterns and bounds by which a FASTA file is checked."""
    return {
        "residues": RESIDUES.decode(),
        "gaps": GAPS.decode(),
        "gapped": GAPPED.pattern,
        "blanks": BLANKS.decode(),
        "unicode_blanks": UNICODE_BLANKS,
        "remedies": [[signs, sentence] for signs, sentence in REMEDIES.items()],
        "conventions": [[each.pattern.pattern, each.unsure] for each in CONVENTIONS],
        "formats": [[each.pattern.pattern, each.sentence] for each in FORMATS],
        "format_bytes": START,
        "max_identifier": MAX_IDENTIFIER,
        "max_header": MAX_HEADER,
        "nucleotides": NUCLEOTIDES,
        "nucleotides_from": NUCLEOTIDES_FROM,
    }


def _retention(settings: Settings) -> dict[str, int | bool]:
    """Return seconds after the end of a run, after its download, and after the upload.

    `keep` is whether a download changes nothing, where an upload does not say.
    """
    return {
        "seconds": settings.bundle_ttl_seconds,
        "keep": not settings.delete_after_download,
        "after_download_seconds": settings.download_grace_seconds,
        "at_most_seconds": PUBLISHED_RETENTION_SECONDS,
    }


def choices(settings: Settings) -> dict[str, list[dict[str, Any]]]:
    """Return what each field of an upload offers: `name`, `label`, `help`, `default`."""
    defaults = default_choices(settings)
    return {
        field: [
            _choice(name, describe(name), name in defaults[field])
            for name in dict.fromkeys((*defaults[field], *getattr(settings, f"allowed_{field}")))
        ]
        for field, describe in DESCRIBE.items()
    }


def _choice(name: str, described: Described, default: bool) -> dict[str, Any]:
    label, text = described
    return {"name": name, "label": label, "help": text, "default": default}


def notes(settings: Settings, base_maps: Mapping[str, BaseMap] = _NONE) -> dict[str, str]:
    """Return a note on each field: which server gets the sequences, or the accessions."""
    found = {}
    embedders = {*settings.allowed_embedders, settings.embedder}
    embedders.update(*(base.embedders for base in base_maps.values()))
    if not embedders <= OWN.keys():
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
