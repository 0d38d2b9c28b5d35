"""Fields of FASTA headers that are a row of fields between `|`, by database."""

import re
from typing import NamedTuple

from steps.normalize.organisms import reads_like_organism

#: IMGT's alleles, `IGHV1-2*01`, and BOLD's processes, `GBMIN100-15`.
_ALLELE = re.compile(r"(?:IG|TR|MH)[\w./()-]*\*[0-9]+\w*")
_PROCESS = re.compile(r"[A-Z]{3,}[0-9]+-[0-9]{2}")
_TAXON = re.compile(r" ?\(([0-9]+)\)")
#: The first field of a row that names a database, not a protein.
_DATABASE = re.compile(r"[a-z]{2,6}|UniProt(?:KB)?")
#: `Serum` of `P1|Serum albumin`; entry names and numbers are none.
_PLAIN_WORD = re.compile(r"[A-Za-z][a-z-]+,?")


class Row(NamedTuple):
    """What a row says of a protein; empty where it says nothing."""

    name: str = ""
    gene: str = ""
    organism: str = ""
    taxon: str = ""


def read_row(header: str) -> Row | None:
    """Return what a header says whose fields have known places; `None` for any other."""
    fields = [field.strip() for field in header.split("|")]
    match fields:
        case [_, chains, *names, organism] if chains.startswith(("Chain ", "Chains ")):
            # PDB, with the taxon behind the organism; chimeras have several.
            taxa = _TAXON.findall(organism)
            taxon = taxa[0] if len(taxa) == 1 else ""
            return Row("|".join(names), organism=_TAXON.sub("", organism), taxon=taxon)
        case [_, "reviewed" | "unreviewed", name, taxon] if taxon.startswith("taxID:"):
            # InterPro
            return Row(name, taxon=taxon.removeprefix("taxID:"))
        case [_, symbols, name, *_] if symbols.startswith("Symbols:"):
            # TAIR
            return Row(name, gene=symbols.removeprefix("Symbols:").split(",")[0].strip())
        case [protein, _, _, _, _, _, gene, *_] if protein.startswith("ENS"):
            # GENCODE
            return Row(gene=gene)
        case [_, allele, organism, *_] if _ALLELE.fullmatch(allele):
            # IMGT
            return Row(allele, organism=organism.partition("_")[0])
        case [process, organism, *rest] if _PROCESS.fullmatch(process):
            # BOLD
            if reads_like_organism(organism):
                return Row(rest[0] if rest else "", organism=organism)
    return None


def description_of(word: str, text: str) -> str:
    """Return the description of a header; where it begins in the first word, with its beginning.

    `P1|Serum albumin|more` has `Serum albumin`, but `P1|ALBU_HUMAN Serum albumin` the same.
    """
    first, bar, _ = word.partition("|")
    if not (bar and text) or "(" in first or _DATABASE.fullmatch(first):
        return text
    begin, (rest, more, _) = word.rpartition("|")[2], text.partition("|")
    is_begun = more or _PLAIN_WORD.fullmatch(begin)
    return f"{begin} {rest.strip()}".strip() if is_begun else text
