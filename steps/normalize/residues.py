"""The alphabet of residues, and errors for sequences of other characters."""

import re

from steps.errors import StepError
from steps.normalize.content import count_lines, malformed

#: The 20 amino acids, the ambiguity codes B J X Z, selenocysteine U and pyrrolysine O.
RESIDUES = b"ACDEFGHIKLMNPQRSTVWYBJXZUO"
#: Blanks, and the mark of the end of a file in DOS.
BLANKS, GAPS, STOPS = b" \t\v\f\x1a", b"-.", b"*."
#: Headers of sequences with gaps that may differ in width: accession and allele of IMGT. The page
#: has the same from `/api/options`, so it must mean the same in JavaScript.
GAPPED = re.compile(r"^[^|]*\|(?:IG|TR|MH)[^|*]*\*[0-9]+")
UPPER = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))
#: Blanks of Unicode, and signs without any width.
UNICODE_BLANKS = (
    "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b\u200c"
    "\u200d\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
)

#: What to do about other characters that sequences are given with.
REMEDIES = {
    "0123456789": "Remove the numbers of positions.",
    "?": "Write X for an unknown residue.",
    "~_\u2010\u2011\u2013\u2014\u2212": "Write gaps as '-'.",
    "#;": "Remove comment lines.",
    ":/|": "Write each chain as a record of its own.",
    "()[]{}+": "Remove modifications.",
}

_LINE_ENDS = b"\r\n"
_WRONG = re.compile(
    b"[^" + re.escape(RESIDUES + RESIDUES.lower() + GAPS + BLANKS + _LINE_ENDS + b"*") + b"]"
)

#: A sequence of at least so many letters, this share of them nucleotides, is no protein.
NUCLEOTIDES_FROM, NUCLEOTIDES = 50, 0.95


def without_blanks(text: bytes) -> bytes:
    """Return a part of a sequence without line ends and blanks, those of web pages included."""
    return _ascii_blanks(text).translate(None, BLANKS + _LINE_ENDS)


def _ascii_blanks(text: bytes) -> bytes:
    """Return a text without the blanks of Unicode; its line ends stay."""
    if text.isascii():
        return text
    try:
        text.decode("utf-8")
    except UnicodeDecodeError:
        # A no-break space in Latin-1; anything else is no residue either way.
        return text.replace(b"\xa0", b"")
    for sign in UNICODE_BLANKS:
        text = text.replace(sign.encode("utf-8"), b"")
    return text


def bad_residue(identifier: str, line: int, text: bytes) -> StepError:
    """Return the error for the first character that is no residue.

    Args:
        identifier: that of the record.
        line: that of its header.
        text: what is below it, with line ends; a `*` is allowed at its end.
    """
    text = _ascii_blanks(text)
    place = _first_wrong(text)
    sign = text[place : place + 4]
    where = f"Record {identifier}, line {line + count_lines(text[:place])}: "
    match sign[:1]:
        case b"*":
            return malformed(f"{where}'*' inside the sequence. Cut the sequence at the stop codon.")
        case b"\0":
            return malformed(f"{where}a NUL byte. Save the file as plain text.")
        case b">":
            return malformed(
                f"{where}'>' inside the line, after characters that are no residues. "
                "Were files joined without a line end between them? Put one before the '>'."
            )
    character = sign.decode("utf-8", "replace")[:1]
    remedy = next((text for signs, text in REMEDIES.items() if character in signs), "")
    return malformed(
        f"{where}{_shown(sign)} is not an amino-acid letter. Allowed are "
        f"{RESIDUES.decode()}, gaps (- .) and one * at the end. {remedy}".rstrip()
    )


def _first_wrong(text: bytes) -> int:
    """Return the place of the first character that is no residue; a `*` is none if more follows."""
    wrong = _WRONG.search(text)
    stop = text.find(b"*")
    if stop >= 0 and (not wrong or stop < wrong.start()):
        return stop if text[stop + 1 :].translate(None, BLANKS + _LINE_ENDS + GAPS) else len(text)
    return wrong.start() if wrong else len(text)


def inner_dot(identifier: str, line: int) -> StepError:
    """Return the error for a `.` inside a sequence of a file that is no alignment."""
    return malformed(
        f"Record {identifier}, line {line}: '.' inside the sequence, which is a stop codon in a "
        "file whose sequences differ in length. Cut the sequence at the stop codon, or write gaps "
        "as '-'."
    )


def _shown(sign: bytes) -> str:
    """Return the first character of some bytes, printable even if it is not UTF-8."""
    for length in range(1, 5):
        try:
            return repr(sign[:length].decode("utf-8"))
        except UnicodeDecodeError:
            continue
    return f"byte 0x{sign[0]:02x}"


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
