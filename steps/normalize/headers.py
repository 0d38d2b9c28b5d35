"""Identifiers and fields of FASTA headers, by the conventions of UniProt, UniRef and NCBI."""

import re
from dataclasses import dataclass

from steps.normalize.lines import malformed

#: The web app cannot load a table cell above this length.
MAX_IDENTIFIER = 256
ACCESSION = re.compile(
    r"(?:sp|tr)\|([OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})\|"
)
_PAIR = re.compile(r"(?:^|\s)(OS|OX|GN|PE|SV|n|Tax|TaxID|RepID)=")
_NCBI_ORGANISM = re.compile(r"^(?P<name>.*?)\s*\[(?P<organism>[^\[\]]+)\]$")
_DATABASES = {"sp": "Swiss-Prot", "tr": "TrEMBL"}
# As UniProt's answers have it, so that header and service give the same category.
_EXISTENCE = {
    "1": "1: Evidence at protein level",
    "2": "2: Evidence at transcript level",
    "3": "3: Inferred from homology",
    "4": "4: Predicted",
    "5": "5: Uncertain",
}


@dataclass(frozen=True, slots=True)
class HeaderFields:
    """Fields of a header; `None` where it has none."""

    protein_name: str | None = None
    gene_name: str | None = None
    uniprot_kb_id: str | None = None
    organism: str | None = None
    taxon_id: int | None = None
    protein_existence: str | None = None
    reviewed: str | None = None


def parse_identifier(word: str) -> str:
    """Return the identifier in the first word of a header, as protspace does.

    `sp|P12345|NAME` -> `P12345`; otherwise the second `|` field, where there is one.
    """
    accession = ACCESSION.match(word)
    if accession:
        return accession[1]
    return word.split("|")[1] if "|" in word else word


def read_header(line: bytes, number: int) -> str:
    """Return the header on a line that begins with `>`, without it.

    Raises:
        StepError: MALFORMED_FASTA, for an empty header, a NUL byte, and text that is not UTF-8.
    """
    try:
        header = line[1:].decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise malformed(f"Line {number} is not UTF-8 text. Save the file as UTF-8.") from error
    if "\0" in header:
        raise malformed(f"Line {number} holds a NUL byte. Save the file as plain text.")
    if not header:
        raise malformed(f"Line {number} is a '>' with nothing after it. Add an identifier.")
    return header


def read_identifier(header: str, line: int) -> str:
    """Return the identifier of the header on a line.

    Raises:
        StepError: MALFORMED_FASTA, for identifiers that are empty, not printable, or too long.
    """
    identifier = parse_identifier(header.split()[0])
    # A byte-order mark in the middle of a file, for example, would be invisible.
    if not identifier or not identifier.isprintable():
        raise malformed(
            f"The header on line {line} gives no usable identifier. Put one after the '>': "
            "letters, digits and signs, without control characters and invisible ones."
        )
    if len(identifier) > MAX_IDENTIFIER:
        raise malformed(
            f"The identifier on line {line} has {len(identifier):,} characters; at most "
            f"{MAX_IDENTIFIER} can be shown. Put a blank after its identifying part."
        )
    return identifier


def parse_header(header: str) -> HeaderFields:
    """Return the fields of one header, given without its `>`."""
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
