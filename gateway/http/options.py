"""The options of this server, for pages that have no copy of its settings."""

from dataclasses import asdict
from typing import Any
from urllib.parse import urlsplit

from gateway.progress.stages import RANK
from gateway.run_config import default_choices, fasta_limits
from gateway.runs import estimates
from gateway.settings import PUBLISHED_RETENTION_SECONDS, Settings, Stage
from steps.annotate.groups import is_ours
from steps.annotate.remote.catalogue import SOURCES
from steps.embed.models import OWN
from steps.errors import COLAB
from steps.normalize.fasta import ACCESSION, MAX_IDENTIFIER
from steps.normalize.residues import BLANKS, GAPS, NUCLEOTIDES, NUCLEOTIDES_FROM, RESIDUES
from steps.project.methods import split_method

#: The web app that explores a bundle.
PROTSPACE = "https://protspace.app/explore"
_LABELS: dict[Stage, str] = {
    "normalizing": "Reading sequences",
    "embedding": "Embedding",
    "annotating": "Looking up annotations",
    "projecting": "Projecting",
    "bundling": "Writing the bundle",
}
# Name -> label and help, parted by the first colon.
_EMBEDDERS = {
    "composition": "Composition: Counts residues and pairs of them. No model, done in seconds.",
    "prot_t5": "ProtT5: Language model; a good first choice for most proteins.",
    "prost_t5": "ProstT5: ProtT5 that has also learned structures: folds count more.",
    "esm2_8m": "ESM-2, 8M: The smallest ESM-2: quick and coarse.",
    "esm2_35m": "ESM-2, 35M: A small ESM-2: quick, a little finer.",
    "esm2_150m": "ESM-2, 150M: ESM-2 halfway between speed and detail.",
    "esm2_650m": "ESM-2, 650M: A large ESM-2: detailed, slower.",
    "esm2_3b": "ESM-2, 3B: The largest ESM-2: detailed, slowest.",
    "ankh_base": "Ankh base: Language model of medium size.",
    "ankh_large": "Ankh large: The larger Ankh: more detail, slower.",
    "ankh3_large": "Ankh 3 large: A newer Ankh: more detail, slower.",
    "esmc_300m": "ESM C, 300M: Successor of ESM-2, of medium size.",
    "esmc_600m": "ESM C, 600M: Successor of ESM-2: more detail, slower.",
}
_METHODS = {
    "pca": "PCA: The main differences, undistorted: far apart means different.",
    "umap": "UMAP: Keeps neighbours together: groups stand out, gaps between them say little.",
    "tsne": "t-SNE: Keeps close neighbours together: fine groups, no overall order.",
    "mds": "MDS: Keeps all distances as well as a plane can.",
    "pacmap": "PaCMAP: Between neighbours and the overall shape.",
    "localmap": "LocalMAP: Like PaCMAP, with groups set apart more clearly.",
}
_ANNOTATIONS = {
    "default": "Basics: EC number, keywords, families, length, reviewed or not; from UniProt.",
    "all": "All sources: Everything that UniProt, taxonomy, InterPro and TED know. Slower.",
    "uniprot": "UniProt: Function, location, keywords, GO terms, structures.",
    "taxonomy": "Taxonomy: From domain to species; from UniProt and NCBI Taxonomy.",
    "interpro": "InterPro: Pfam, CATH, SUPERFAMILY, signal peptides and more.",
    "ted": "TED: Domains in predicted structures (AlphaFold DB).",
    "biocentral": "Predictions: Of location and more, by Biocentral, which gets the sequences.",
    "header": "Headers: Name, gene and organism, as your FASTA headers have them.",
    "sequence": "Sequence: Length, mass, isoelectric point, hydropathy; computed here.",
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
    return [{"name": name, "label": _LABELS[name], "rank": rank} for name, rank in RANK.items()]


def _fasta() -> dict[str, str | float]:
    """Return the alphabet and bounds by which a FASTA file is checked."""
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


def _choice(name: str, described: tuple[str, str], default: bool) -> dict[str, Any]:
    label, text = described
    return {"name": name, "label": label, "help": text, "default": default}


def notes(settings: Settings) -> dict[str, str]:
    """Return a note on each field: which server gets the sequences, or the accessions."""
    found = {}
    if set(settings.allowed_embedders) | {settings.embedder} != set(OWN):
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


def _embedder(name: str) -> tuple[str, str]:
    return _parted(_EMBEDDERS.get(name, f"{name}: A language model of the model hub."))


def _method(name: str) -> tuple[str, str]:
    method, inline = split_method(name)
    label, text = _parted(_METHODS.get(method, f"{name}: A projection to two dimensions."))
    more = ", ".join(f"{key} {value}" for key, value in inline.items())
    return (f"{label} ({more})" if more else label), text


def _annotation(name: str) -> tuple[str, str]:
    if name in _ANNOTATIONS:
        return _parted(_ANNOTATIONS[name])
    source = next((source for source, names in SOURCES.items() if name in names), None)
    text = "Annotations."
    if source:
        text = f"A single annotation of {_parted(_ANNOTATIONS[source])[0]}."
    return name.replace("_", " "), text


def _parted(described: str) -> tuple[str, str]:
    label, _, text = described.partition(": ")
    return label, text
