"""Facts that UniProt, UniRef and NCBI write into their FASTA headers."""

import re
from dataclasses import dataclass

_PAIR = re.compile(r"(?:^|\s)(OS|OX|GN|PE|SV|n|Tax|TaxID|RepID)=")
_NCBI_ORGANISM = re.compile(r"^(?P<name>.*?)\s*\[(?P<organism>[^\[\]]+)\]$")
_DATABASES = {"sp": "Swiss-Prot", "tr": "TrEMBL"}
# The wording of UniProt's own answers, so that header and service give the same category.
_EXISTENCE = {
    "1": "1: Evidence at protein level",
    "2": "2: Evidence at transcript level",
    "3": "3: Inferred from homology",
    "4": "4: Predicted",
    "5": "5: Uncertain",
}


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """What a header says of its protein; `None` where it says nothing."""

    protein_name: str | None = None
    gene_name: str | None = None
    uniprot_kb_id: str | None = None
    organism: str | None = None
    taxon_id: int | None = None
    protein_existence: str | None = None
    reviewed: str | None = None


def parse_header(header: str) -> HeaderFields:
    """Read the fields of one header, given without its `>`."""
    word, *description = header.split(None, 1)
    name, pairs = _split_pairs(" ".join(description))
    database, entry = _entry(word)
    organism = pairs.get("OS") or pairs.get("Tax")
    if organism is None:
        name, organism = _split_organism(name)
    taxon = pairs.get("OX") or pairs.get("TaxID") or ""
    return HeaderFields(
        protein_name=name or None,
        gene_name=pairs.get("GN"),
        uniprot_kb_id=entry,
        organism=organism,
        taxon_id=int(taxon) if re.fullmatch(r"[0-9]{1,9}", taxon) else None,
        protein_existence=_EXISTENCE.get(pairs.get("PE", "")),
        reviewed=database,
    )


def _split_pairs(description: str) -> tuple[str, dict[str, str]]:
    """`Name OS=Homo sapiens PE=1` -> `Name` and the pairs."""
    name, *rest = _PAIR.split(description)
    pairs = {key: value.strip() for key, value in zip(rest[::2], rest[1::2], strict=True)}
    return name.strip(), {key: value for key, value in pairs.items() if value}


def _split_organism(name: str) -> tuple[str, str | None]:
    """NCBI: `Hemoglobin [Homo sapiens]` -> name and organism."""
    match = _NCBI_ORGANISM.match(name)
    return (match["name"], match["organism"]) if match else (name, None)


def _entry(word: str) -> tuple[str | None, str | None]:
    """`sp|P12345|NAME_HUMAN` -> `Swiss-Prot`, `NAME_HUMAN`."""
    parts = word.split("|")
    if len(parts) != 3 or parts[0] not in _DATABASES:
        return None, None
    return _DATABASES[parts[0]], parts[2] or None
