"""The alphabet of residues, and errors for sequences of other characters."""

from collections.abc import Iterable

from steps.errors import StepError
from steps.normalize.lines import Line, malformed

#: The 20 amino acids, the ambiguity codes B J X Z, selenocysteine U and pyrrolysine O.
RESIDUES = b"ACDEFGHIKLMNPQRSTVWYBJXZUO"
#: Blanks, and the mark of the end of a file in DOS.
BLANKS, GAPS, STOPS = b" \t\v\f\x1a", b"-.", b"*."
UPPER = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))
#: Blanks of Unicode, and signs without any width.
UNICODE_BLANKS = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c"
    "\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)
_NO_UNICODE_BLANKS = str.maketrans("", "", UNICODE_BLANKS)

#: A sequence of at least so many letters, this share of them nucleotides, is no protein.
NUCLEOTIDES_FROM, NUCLEOTIDES = 50, 0.95


def without_blanks(text: bytes) -> bytes:
    """Return a part of a sequence without any blanks, those of web pages included."""
    text = text.translate(None, BLANKS)
    if text.isascii():
        return text
    try:
        return text.decode("utf-8").translate(_NO_UNICODE_BLANKS).encode("utf-8")
    except UnicodeDecodeError:
        # A no-break space in Latin-1; anything else is no residue either way.
        return text.replace(b"\xa0", b"")


def bad_residue(identifier: str, lines: Iterable[Line]) -> StepError:
    """Return the error for the first character that is no residue.

    Args:
        identifier: that of the record.
        lines: those of its sequence; a `*` is allowed at the end of the last one.

    Raises:
        ValueError: all characters are residues.
    """
    number, wrong = _first_wrong(lines)
    where = f"Record {identifier}, line {number}: "
    if wrong[:1] == b"*":
        return malformed(f"{where}'*' inside the sequence. Cut the sequence at the stop codon.")
    if wrong[:1] == b"\0":
        return malformed(f"{where}a NUL byte. Save the file as plain text.")
    if wrong[:1] == b">":
        return malformed(
            f"{where}'>' inside the line, after characters that are no residues. "
            "Were files joined without a line end between them? Put one before the '>'."
        )
    shown = _shown(wrong)
    return malformed(
        f"{where}{shown} is not an amino-acid letter. Allowed are "
        f"{RESIDUES.decode()}, gaps (- .) and one * at the end."
    )


def inner_dot(identifier: str, lines: Iterable[Line]) -> StepError:
    """Return the error for a `.` inside a sequence of a file that is no alignment."""
    number = next(number for number, line in lines if b"." in line)
    return malformed(
        f"Record {identifier}, line {number}: '.' inside the sequence, which is a stop codon in a "
        "file whose sequences differ in length. Cut the sequence at the stop codon, or write gaps "
        "as '-'."
    )


def _first_wrong(lines: Iterable[Line]) -> Line:
    """Return the first line with characters that are no residues, and these characters."""
    stopped = None
    for number, line in lines:
        text = without_blanks(line).translate(UPPER, GAPS)
        if stopped and text:
            return stopped
        wrong = text.removesuffix(b"*").translate(None, RESIDUES)
        if wrong:
            return number, wrong
        stopped = (number, b"*") if text.endswith(b"*") else None
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
