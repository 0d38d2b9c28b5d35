"""Refuse records that have the letters of proteins, and are none.

Nucleotides, secondary structures, PIR's entries in a FASTA file, and codes of three letters.
"""

import re
from dataclasses import dataclass, field

from steps.normalize.content import malformed
from steps.normalize.residues import NUCLEOTIDES_FROM, looks_like_nucleotides

_TRANSLATE = "Translate the sequences to protein and try again."
#: What headers say, by database and program.
_HEADERS = (
    (
        re.compile(r"(?:P1|F1|DL|DC|RL|RC|N1|N3|XX);"),
        "is in PIR format, whose second line is a title. Convert the file to FASTA, e.g. with "
        "seqret of EMBOSS or Biopython's SeqIO.convert.",
    ),
    (
        re.compile(r"s[as]_(?:pred|conf|dssp|psipred)\b|\S+:secstr$"),
        "is a secondary structure, as HH-suite and PDB write it, no protein. Remove such records.",
    ),
    (
        re.compile(r"\S+\s+mol:na\b"),
        "is a nucleic acid, as its header says. Keep the records with 'mol:protein'.",
    ),
)
_THREE_LETTERS = re.compile(
    b"(?:ALA|ARG|ASN|ASP|ASX|CYS|GLN|GLU|GLX|GLY|HIS|ILE|LEU|LYS|MET|PHE|PRO|SEC|SER|THR|TRP|TYR"
    b"|VAL|XAA){4,}"
)
#: Letters that short sequences are judged by; more would take memory.
_LOOKED_AT = 10_000


def check_record(identifier: str, line: int, header: str, residues: bytes) -> None:
    """Check that a record is a protein, by its header and its letters.

    Raises:
        StepError: MALFORMED_FASTA.
    """
    record = f"Record {identifier} (line {line})"
    for pattern, sentence in _HEADERS:
        if pattern.match(header):
            raise malformed(f"{record} {sentence}")
    if looks_like_nucleotides(residues):
        raise malformed(f"{record} looks like nucleotides. {_TRANSLATE}")
    if _THREE_LETTERS.fullmatch(residues):
        raise malformed(
            f"{record} has codes of three letters, such as Met or Lys. Write one letter for each "
            "residue."
        )


@dataclass(slots=True)
class ShortSequences:
    """The letters of a file whose sequences are all too short to be judged one by one."""

    first: str = ""
    letters: bytearray = field(default_factory=bytearray)
    are_all: bool = True

    def add(self, record: str, residues: bytes) -> None:
        """Take the letters of a record into account."""
        self.first = self.first or record
        self.are_all = self.are_all and len(residues) < NUCLEOTIDES_FROM
        if self.are_all and len(self.letters) < _LOOKED_AT:
            self.letters += residues

    def check(self) -> None:
        """Check that the sequences are proteins.

        Raises:
            StepError: MALFORMED_FASTA.
        """
        if self.are_all and looks_like_nucleotides(bytes(self.letters)):
            raise malformed(
                f"The sequences look like nucleotides, {self.first} the first. {_TRANSLATE}"
            )
