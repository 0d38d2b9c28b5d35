"""Encode the texts of a column in protspace's cell grammar, in which `|` is before a score.

In tables of people a `|` is between values as well (`DNA|RNA`). protspace takes that for a label
`DNA` with evidence `RNA`, so it is escaped where not each `|` of a column is before a score, or
before one of the codes of evidence.
"""

import re
from collections.abc import Iterable

_CODES = (
    "EXP IDA IPI IMP IGI IEP HTP HDA HMP HGI HEP IBA IBD IKR IRD ISS ISO ISA ISM IGC RCA TAS NAS "
    "IC ND IEA SAM COMB"
)
_NUMBER = r"\s*[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\s*"
_CERTAINTY = re.compile(rf"{_NUMBER}(?:,{_NUMBER})*|ECO:[0-9]+|{'|'.join(_CODES.split())}")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_SIGN, _ESCAPED = "|", "%7C"


def encoded(texts: Iterable[str]) -> dict[str, str]:
    """Return text -> cell for the distinct texts of a column."""
    from protspace.data.annotations.encoding import encode_legacy_cell

    cells = {text: _trimmed(encode_legacy_cell(text)) for text in texts}
    if all(_is_graded(hit) for cell in cells.values() if _SIGN in cell for hit in cell.split(";")):
        return cells
    return {text: cell.replace(_SIGN, _ESCAPED) for text, cell in cells.items()}


def _trimmed(cell: str) -> str:
    """Return a cell without blanks around its hits, and without empty ones, as bundles have it."""
    return ";".join(filter(None, map(str.strip, cell.split(";"))))


def _is_graded(hit: str) -> bool:
    """Return whether a hit is a label with a score or evidence, or a label alone."""
    label, sign, suffix = hit.partition(_SIGN)
    if _ESCAPED in _IN_BRACKETS.sub("", label):
        return False
    return not sign or bool(label.strip() and _CERTAINTY.fullmatch(suffix))
