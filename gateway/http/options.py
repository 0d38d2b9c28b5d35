"""What this server offers and allows, for pages that have no copy of its settings."""

from dataclasses import asdict

from gateway.http.choices import choices, notes
from gateway.progress.stages import RANK, STAGES
from gateway.run_config import fasta_limits
from gateway.runs import estimates
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings
from steps.errors import COLAB
from steps.normalize.headers import ACCESSION, MAX_IDENTIFIER
from steps.normalize.residues import BLANKS, GAPS, NUCLEOTIDES, NUCLEOTIDES_FROM, RESIDUES

#: Where a bundle is looked at in full.
PROTSPACE = "https://protspace.app/explore"
_LABELS = {
    "normalizing": "Reading sequences",
    "embedding": "Embedding",
    "annotating": "Looking up annotations",
    "projecting": "Projecting",
    "bundling": "Writing the bundle",
}


def options(settings: Settings, jobs: dict[str, int]) -> dict:
    """Limits, choices, stages, retention, history and links, ready for JSON.

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


def _stages() -> list[dict]:
    """Stages of one `rank` may run at a time; each rank begins when those below have ended."""
    names = dict.fromkeys(STAGES.values())
    return [{"name": name, "label": _LABELS[name], "rank": RANK[name]} for name in names]


def _fasta() -> dict[str, str | float]:
    """What the check of a FASTA file goes by."""
    return {
        "residues": RESIDUES.decode(),
        "gaps": GAPS.decode(),
        "blanks": BLANKS.decode(),
        "accession": ACCESSION.pattern,
        "max_identifier": MAX_IDENTIFIER,
        "nucleotides": NUCLEOTIDES,
        "nucleotides_from": NUCLEOTIDES_FROM,
    }


def _retention(settings: Settings) -> dict[str, int | None]:
    """Seconds after the end of a run, after its download, and after the upload at most."""
    downloaded = settings.download_grace_seconds if settings.delete_after_download else None
    return {
        "seconds": settings.bundle_ttl_seconds,
        "after_download_seconds": downloaded,
        "at_most_seconds": PUBLISHED_RETENTION_SECONDS,
    }
