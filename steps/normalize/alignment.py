"""Tell whether `.` is a gap or a stop codon.

Alignments write gaps as `-` or `.`, and all their sequences have one width. IMGT's differ at their
ends. Elsewhere a `.` is a stop codon, as gffread writes it.
"""

from dataclasses import dataclass

from steps.normalize.residues import STOPS


@dataclass(slots=True)
class Parts:
    """A sequence without blanks, in upper case, taken apart.

    Attributes:
        width: number of characters, gaps included.
        residues: what is left without gaps and final stops; a `*` is still there if inside.
        gaps: number of gaps, inner `.` included.
        tail: the stops at the end, `*` and `.`.
        is_dotted: whether a `.` is such that it must be a gap.
    """

    width: int
    residues: bytes
    gaps: int
    tail: bytes
    is_dotted: bool


def take_apart(text: bytes) -> Parts:
    """Return the parts of a sequence without blanks, in upper case."""
    ungapped = text.translate(None, b"-")
    body = ungapped.rstrip(STOPS)
    residues = body.translate(None, b".")
    tail = ungapped[len(body) :]
    dotted = len(residues) < len(body) or (b"." in tail and len(tail) > 1)
    gaps = len(text) - len(ungapped) + len(body) - len(residues)
    return Parts(len(text), residues, gaps, tail, dotted)


@dataclass(slots=True)
class Alignment:
    """Whether the sequences of a file so far have one width.

    Attributes:
        dotted: identifier, and line of the `.`, of the first sequence in which one must be a gap.
    """

    sequences: int = 0
    width: int = 0
    is_even: bool = True
    dotted: tuple[str, int] | None = None

    def add(self, width: int) -> None:
        """Count a sequence of so many characters, gaps included."""
        self.sequences += 1
        self.width = self.width or width
        self.is_even = self.is_even and width == self.width

    @property
    def holds(self) -> bool:
        """Return whether the file is an alignment: two sequences or more of one width."""
        return self.is_even and self.sequences > 1
