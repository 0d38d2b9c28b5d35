"""Names of the annotations of remote sources, and the groups of them, as protspace has them.

A copy, since importing protspace's lists takes a second; a test compares the two.
"""

from steps.errors import did_you_mean

#: Source -> its annotations.
SOURCES: dict[str, tuple[str, ...]] = {
    "uniprot": (
        *("annotation_score", "cc_subcellular_location", "ec", "fragment", "gene_name", "go_bp"),
        *("go_cc", "go_mf", "keyword", "length", "organism_id", "protein_name"),
        *("protein_existence", "protein_families", "reviewed", "sequence", "uniprot_kb_id"),
        "xref_pdb",
    ),
    "taxonomy": (
        *("root", "domain", "kingdom", "phylum", "class", "order", "family", "genus", "species"),
    ),
    "interpro": (
        *("pfam", "superfamily", "cath", "signal_peptide", "smart", "cdd", "panther", "prosite"),
        *("prints", "pfam_clan"),
    ),
    "ted": ("ted_domains",),
    "biocentral": (
        *("predicted_subcellular_location", "predicted_membrane", "predicted_signal_peptide"),
        "predicted_transmembrane",
    ),
}
#: Subfolder of `models` with the files of code names that `steps.preload.prefetch` fetches.
REFERENCE_FOLDER = "references"
#: These come with every annotation of a remote source.
ALWAYS = ("gene_name", "protein_name", "uniprot_kb_id")
_INTERNAL = ("organism_id", "sequence")
_UNIPROT = tuple(name for name in SOURCES["uniprot"] if name not in (*ALWAYS, *_INTERNAL))
GROUPS: dict[str, tuple[str, ...]] = {
    "default": ("ec", "keyword", "length", "protein_families", "reviewed"),
    **SOURCES,
    "uniprot": _UNIPROT,
    "all": (*_UNIPROT, *(name for key in list(SOURCES)[1:] for name in SOURCES[key])),
}
_NAMES = tuple(name for names in SOURCES.values() for name in names)


def is_remote(name: str) -> bool:
    """Return whether an entry of `annotations` is a group or an annotation of remote sources."""
    return name in GROUPS or name in _NAMES


def expand(wanted: list[str]) -> list[str]:
    """Return the single annotations of groups and names, each once, then those of `ALWAYS`."""
    if not wanted:
        return []
    single = [name for entry in wanted for name in GROUPS.get(entry, (entry,))]
    return list(dict.fromkeys((*single, *ALWAYS)))


def sources_of(names: list[str]) -> dict[str, list[str]]:
    """Return source -> those of `names` that it has; sources that are not needed are left out."""
    found = {source: [n for n in names if n in known] for source, known in SOURCES.items()}
    return {source: wanted for source, wanted in found.items() if wanted}


def unknown(name: str, more: list[str]) -> str:
    """Return the error message for an unknown name; `more` are groups beside the remote ones."""
    groups = [*more, *GROUPS]
    return (
        f"'{name}' is unknown; allowed: {', '.join(groups)}, the name of a single annotation, or "
        f"a table (.csv, .tsv, .txt).{did_you_mean(name, [*groups, *_NAMES])}"
    )
