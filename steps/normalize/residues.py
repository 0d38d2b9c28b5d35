"""The alphabet of residues, and errors for sequences of other characters."""

from collections.abc import Sequence

from steps.errors import StepError
from steps.normalize.lines import Line, malformed

#: The 20 amino acids, the ambiguity codes B X Z, selenocysteine U and pyrrolysine O.
RESIDUES = b"ACDEFGHIKLMNPQRSTVWYBXZUO"
BLANKS, GAPS = b" \t\v\f", b"-."
UPPER = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))

#: A sequence of at least so many letters, this share of them nucleotides, is no protein.
NUCLEOTIDES_FROM, NUCLEOTIDES = 50, 0.95


def bad_residue(identifier: str, parts: Sequence[Line]) -> StepError:
    """Return the error for the first character that is no residue.

    Args:
        identifier: that of the record.
        parts: lines of its sequence; a `*` is allowed at the end of the last one.
    """
    number, wrong = _first_wrong(parts)
    where = f"Record {identifier}, line {number}: "
    if wrong[:1] == b"*":
        return malformed(f"{where}'*' inside the sequence. Cut the sequence at the stop codon.")
    if wrong[:1] == b"\0":
        return malformed(f"{where}a NUL byte. Save the file as plain text.")
    if wrong[:1] == b"J":
        return malformed(f"{where}No embedder supports J (Leu or Ile). Write L, I or X instead.")
    shown = _shown(wrong)
    return malformed(
        f"{where}{shown} is not an amino-acid letter. Allowed are "
        f"{RESIDUES.decode()}, gaps (- .) and one * at the end."
    )


def _first_wrong(parts: Sequence[Line]) -> Line:
    """Return the first line with characters that are no residues, and these characters."""
    last, _ = parts[-1]
    for number, part in parts:
        text = part.translate(UPPER, BLANKS + GAPS)
        if number == last:
            text = text.removesuffix(b"*")
        if wrong := text.translate(None, RESIDUES):
            return number, wrong
    raise ValueError("all characters are residues")


def _shown(wrong: bytes) -> str:
    """Return the first of these characters, printable even if it is not UTF-8."""
    try:
        return repr(wrong.decode("utf-8")[0])
    except UnicodeDecodeError:
        return f"byte 0x{wrong[0]:02x}"


def looks_like_nucleotides(residues: bytes) -> bool:
    """Return whether a sequence has 50 letters or more, 95 % of them nucleotides.

    A, C, G, and T or U must all occur: low-complexity peptides (poly-alanine, Gly-Ala repeats)
    are proteins.
    """
    if len(residues) < NUCLEOTIDES_FROM:
        return False
    counts = [residues.count(letter) for letter in (b"A", b"C", b"G")]
    counts.append(residues.count(b"T") + residues.count(b"U"))
    return all(counts) and sum(counts) + residues.count(b"N") >= NUCLEOTIDES * len(residues)
