"""Entries of UniProtKB: header and sequence for the FASTA file, and protspace's annotations.

All of an entry is in one flat dictionary of texts: `identifier`, `header`, the annotations of
UniProt that protspace has, `sequence` among them, and the `release` and the day (`retrieved`) that
they are of.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from protspace.data.annotations.retrievers.uniprot_retriever import UniProtRetriever
from protspace.data.parsers.uniprot_parser import UniProtEntry

from steps.annotate.remote.source import Values

type Record = Mapping[str, Any]

#: Name of these entries in the cache.
ENTRIES = "uniprot-entry"

#: Fields that are asked for: without, each entry would come with its references and features,
#: which are ten times as much.
FIELDS = ",".join(
    (
        *("accession", "id", "reviewed", "protein_name", "gene_names", "organism_name"),
        *("organism_id", "protein_existence", "sequence", "sequence_version", "length"),
        *("annotation_score", "cc_subcellular_location", "ec", "fragment", "go", "keyword"),
        *("protein_families", "xref_pdb"),
    )
)


def is_active(record: Record) -> bool:
    """Return whether an entry is neither deleted, merged nor demerged."""
    return record.get("entryType") != "Inactive"


def values_of(record: Record, release: str) -> Values:
    """Return an active entry, of a release, as a flat dictionary."""
    annotations: Values = UniProtRetriever._extract_annotations(UniProtEntry(dict(record)))
    return annotations | {
        "identifier": record["primaryAccession"],
        "header": header_of(record),
        "release": release,
        "retrieved": datetime.now(UTC).date().isoformat(),
    }


def header_of(record: Record) -> str:
    """Return the FASTA header of an entry, as UniProt's own FASTA files have it.

    An isoform is named by its accession: an entry does not say what it calls the isoform.
    """
    accession, organism = record["primaryAccession"], record.get("organism", {})
    database = "tr" if "TrEMBL" in record.get("entryType", "") else "sp"
    words = [f"{database}|{accession}|{record.get('uniProtkbId', '')}", _name(record)]
    words += [f"(isoform {accession})"] if "-" in accession else []
    pairs = {
        "OS": organism.get("scientificName"),
        "OX": organism.get("taxonId"),
        "GN": _gene(record),
        "PE": record.get("proteinExistence", "")[:1],
        "SV": record.get("entryAudit", {}).get("sequenceVersion"),
    }
    words += [f"{key}={value}" for key, value in pairs.items() if value]
    return " ".join(" ".join(words).split())


def _name(record: Record) -> str:
    description = record.get("proteinDescription", {})
    names = [description.get("recommendedName", {}), *description.get("submissionNames", [])]
    name = next((found for each in names if (found := _value(each.get("fullName")))), "")
    flags = [flag for flag in ("Fragments", "Fragment") if flag in description.get("flag", "")]
    return f"{name} ({flags[0]})" if flags else name


def _gene(record: Record) -> str:
    """Return the name of the first gene: its own, else that of its locus or reading frame."""
    for gene in record.get("genes", [])[:1]:
        names = [gene.get("geneName"), *gene.get("orderedLocusNames", [])]
        for name in [*names, *gene.get("orfNames", [])]:
            if found := _value(name):
                return found
    return ""


def _value(name: Record | None) -> str:
    return str((name or {}).get("value", ""))
