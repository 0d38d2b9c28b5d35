"""Find the UniProt accession inside an identifier, by which remote sources are asked.

The forms are those of UniProt (isoforms, versions), UniRef, the AlphaFold Database, and of ranges
of residues as alignments and Pfam write them.
"""

import re

_ACCESSION = r"(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})"
_PREFIX = r"(?:UniRef(?:50|90|100)_|(?:AFDB:)?AF-|(?:UniProtKB|UniProt|uniprot|up|sp|tr)[:|_])"
_ISOFORM = r"(?:-[0-9]{1,3})?"
_MODEL = r"(?:-F[0-9]+(?:-[A-Za-z0-9_]+)?(?:\.[A-Za-z0-9.]+)?)?"
_VERSION = r"(?:\.[0-9]{1,4})?"
_ENTRY = r"(?:\|[A-Za-z0-9]+_[A-Za-z0-9]+)?"
_RANGE = r"(?:[/:_][0-9]+-[0-9]+)?"
_FORM = re.compile(
    f"{_PREFIX}?({_ACCESSION}){_ISOFORM}{_MODEL}{_VERSION}{_ENTRY}{_RANGE}", re.ASCII
)


def accession_of(identifier: str) -> str | None:
    """Return the UniProt accession in an identifier: `P12345` of `AF-P12345-F1-model_v4`."""
    found = _FORM.fullmatch(identifier)
    return found[1] if found else None
