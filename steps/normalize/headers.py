"""Fields of FASTA headers: names, genes, organisms, by the conventions of many databases.

docs/headers.md shows each convention with an example. The first of these that a header has counts:
UniProt's `OS=`, pairs in brackets such as `[organism=Homo sapiens]`, a last bracket that reads like
an organism.
"""

import re
from dataclasses import dataclass, replace

from steps.normalize.organisms import reads_like_organism
from steps.normalize.rows import description_of, read_row

# Another header begins: `\x01` in NCBI's nr, or ` >` where a tool has replaced it.
_NEXT_HEADER = re.compile(r"\x01|\s>(?=[a-z]{2,6}\||[A-Za-z](?=\w*\d)\w*(?:\.\d+)?\s)", re.ASCII)
_PAIR = re.compile(r"(?:^|\s)(OS|OX|GN|PE|SV|UA|UI|n|Tax|TaxID|RepID)=")
_BRACKETED = re.compile(r"\s*([A-Za-z_][\w.-]*)\s*=\s*(.*)", re.DOTALL)
#: Pairs without brackets, as genome databases write them: `gene=thrA;product=kinase`.
_PLAIN = re.compile(r"(?:^|[\s;])([A-Za-z_][\w.]*)=(?=\S)")
_FULL_NAME = re.compile(r"RecName: Full=([^;]+)")
#: Signs before a name (NCBI Virus, MEROPS), and what PDB's list of all chains has there.
_BEFORE_NAME = re.compile(r"^(?:\||-\s|mol:\w+\s+length:[0-9]+(?:\s|$))\s*")
_ENSEMBL = re.compile(r"(?:^|\s)(gene_symbol|description):(\S+(?:\s(?!\w+:)[^\s\[]+)*)")
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


def parse_header(header: str) -> HeaderFields:
    """Return the fields of one header, given without its `>`; of several, those of the first."""
    several = ">" in header or "\x01" in header
    first = (several and _NEXT_HEADER.split(header, maxsplit=1)[0].strip()) or header
    word, *description = first.split(None, 1)
    database, entry = _entry(word)
    text = description[0].strip() if description else ""
    if database:
        return replace(_of_description(text), uniprot_kb_id=entry, reviewed=database)
    if row := read_row(first):
        return HeaderFields(
            row.name or None, row.gene or None, None, row.organism or None, _taxon(row.taxon)
        )
    return _of_description(_BEFORE_NAME.sub("", description_of(word, text), count=1))


def _of_description(description: str) -> HeaderFields:
    """Return the fields of what follows the first word."""
    text, pairs = _split_pairs(description)
    text, bracketed = _split_brackets(text)
    organism = pairs.get("OS") or pairs.get("Tax") or bracketed.get("organism")
    if organism is None:
        text, organism = _split_organism(text)
    full, ensembl = _FULL_NAME.match(text), dict(_ENSEMBL.findall(text) if ":" in text else ())
    if full:
        text = full[1]
    text, plain = _split_plain(text)
    found = bracketed | plain
    product = found.get("protein") or found.get("product") or found.get("gene_product")
    name = ensembl.get("description") or product or text
    return HeaderFields(
        protein_name=None if name.startswith(("#", "pep ")) else name or None,
        gene_name=pairs.get("GN") or ensembl.get("gene_symbol") or found.get("gene"),
        uniprot_kb_id=pairs.get("UI"),
        organism=organism or plain.get("organism", "").replace("_", " ") or None,
        taxon_id=_taxon(pairs.get("OX") or pairs.get("TaxID") or found.get("taxid") or ""),
        protein_existence=_EXISTENCE.get(pairs.get("PE", "")),
    )


def _split_pairs(description: str) -> tuple[str, dict[str, str]]:
    """`Name OS=Homo sapiens PE=1` -> `Name` and the pairs."""
    name, *rest = _PAIR.split(description)
    pairs = {key: value.strip() for key, value in zip(rest[::2], rest[1::2], strict=True)}
    return name.strip(), {key: value for key, value in pairs.items() if value}


def _split_brackets(text: str) -> tuple[str, dict[str, str]]:
    """`Name [gene=thrA] [protein=a [Fe] b]` -> `Name` and the pairs."""
    if "[" not in text:
        return text, {}
    kept: list[str] = []
    pairs: dict[str, str] = {}
    end = 0
    for start, stop in _brackets(text):
        pair = _BRACKETED.fullmatch(text[start + 1 : stop - 1])
        if pair:
            pairs.setdefault(pair[1].lower(), pair[2].strip())
            kept.append(text[end:start].strip())
            end = stop
    kept.append(text[end:].strip())
    return " ".join(filter(None, kept)), {key: value for key, value in pairs.items() if value}


def _brackets(text: str) -> list[tuple[int, int]]:
    """Return where outer brackets begin and end."""
    found, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        if sign == "[":
            start = place if depth == 0 else start
            depth += 1
        elif sign == "]" and depth:
            depth -= 1
            if depth == 0:
                found.append((start, place + 1))
    return found


def _split_organism(text: str) -> tuple[str, str | None]:
    """`Hemoglobin [Homo sapiens]` -> name and organism, as NCBI writes them."""
    if text.endswith("]") and (brackets := _brackets(text)):
        start, stop = brackets[-1]
        # BV-BRC has the number of the genome behind it: `[Mycobacterium phlei | 1771.9]`.
        organism = text[start + 1 : stop - 1].partition(" | ")[0].strip()
        if stop == len(text) and reads_like_organism(organism):
            return text[:start].strip(), organism
    return text, None


def _split_plain(text: str) -> tuple[str, dict[str, str]]:
    """`Name gene=thrA;product=kinase` -> `Name` and the pairs."""
    if "=" not in text:
        return text, {}
    name, *rest = _PLAIN.split(text)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    return name.strip(" |"), {key.lower(): value.strip(' ;|"') for key, value in pairs}


def _taxon(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None


def _entry(word: str) -> tuple[str | None, str | None]:
    """`sp|P12345|NAME_HUMAN` -> `Swiss-Prot`, `NAME_HUMAN`."""
    parts = word.split("|")
    if len(parts) != 3 or parts[0] not in _DATABASES:
        return None, None
    # Alignments have a range of residues behind it: `NAME_HUMAN/23-150`.
    return _DATABASES[parts[0]], parts[2].partition("/")[0] or None
