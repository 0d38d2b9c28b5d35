"""Which letters are residues, and what the others are called when they are refused."""

from steps.errors import StepError
from steps.normalize.lines import malformed

#: The 20 amino acids, the ambiguity codes B X Z, selenocysteine U and pyrrolysine O.
RESIDUES = b"ACDEFGHIKLMNPQRSTVWYBXZUO"
BLANKS, GAPS = b" \t\v\f", b"-."
UPPER = bytes.maketrans(bytes(range(97, 123)), bytes(range(65, 91)))

#: From so many letters on, a sequence with that share of nucleotide letters is taken for one.
NUCLEOTIDES_FROM, NUCLEOTIDES = 50, 0.95


def bad_residue(identifier: str, parts: list[tuple[int, bytes]]) -> StepError:
    """The error for the first character that is no residue; '*' is one only at the very end."""
    last = parts[-1][0]
    for number, part in parts:
        text = part.translate(UPPER, BLANKS + GAPS)
        if number == last:
            text = text.removesuffix(b"*")
        wrong = text.translate(None, RESIDUES)
        if wrong:
            break
    where = f"Record {identifier}, line {number}: "
    if wrong[:1] == b"*":
        return malformed(f"{where}'*' inside the sequence. Cut the sequence at the stop codon.")
    if wrong[:1] == b"\0":
        return malformed(f"{where}a NUL byte. Save the file as plain text.")
    if wrong[:1] == b"J":
        return malformed(f"{where}'J' (I or L) is known to no embedder. Write X, I or L instead.")
    shown = _shown(wrong)
    return malformed(
        f"{where}{shown} is not an amino-acid letter. Allowed are "
        f"{RESIDUES.decode()}, gaps (- .) and one * at the end."
    )


def _shown(wrong: bytes) -> str:
    """The first wrong character, readable whatever bytes it is made of."""
    try:
        return repr(wrong.decode("utf-8")[0])
    except UnicodeDecodeError:
        return f"byte 0x{wrong[0]:02x}"


def looks_like_nucleotides(residues: bytes) -> bool:
    """At least 50 letters, 95 % of them nucleotides, and each of A, C, G and T (or U) there.

    The last condition keeps low-complexity peptides (poly-alanine, Gly-Ala repeats) proteins.
    """
    if len(residues) < NUCLEOTIDES_FROM:
        return False
    counts = [residues.count(letter) for letter in (b"A", b"C", b"G")]
    counts.append(residues.count(b"T") + residues.count(b"U"))
    return all(counts) and sum(counts) + residues.count(b"N") >= NUCLEOTIDES * len(residues)
