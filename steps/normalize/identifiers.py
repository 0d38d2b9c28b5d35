"""Reduce headers to identifiers, by the conventions of databases, and keep them unique.

A convention is a pattern for the first word of a header. Its groups, joined by `_`, are the
identifier. The page has the same table from `/api/options`, so patterns must mean the same in
JavaScript.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from steps.normalize.content import malformed

#: The web app cannot load a table cell above this length.
MAX_IDENTIFIER = 256


@dataclass(frozen=True, slots=True)
class Convention:
    """How one kind of first word is read.

    Where the fields of an `unsure` convention repeat or are damaged, they identify nothing: all
    such words of that file are kept whole.
    """

    used_by: str
    pattern: re.Pattern[str]
    unsure: bool = True


CONVENTIONS = (
    Convention(
        "UniProt with a range of residues, as alignments have several of one protein",
        re.compile(r"^(?:sp|tr)\|([^|]+)\|[^|/]*/[0-9]+-[0-9]+$"),
    ),
    Convention(
        "UniProt, GenBank, RefSeq and others of NCBI: `sp tr gi ref gb emb dbj lcl`",
        re.compile(r"^(?:sp|tr|gi|ref|gb|emb|dbj|lcl)\|([^|]+)"),
        unsure=False,
    ),
    Convention("PDB at NCBI: entry and chain", re.compile(r"^pdb\|([^|]+)(?:\|([^|]+))?")),
    Convention("any database at NCBI: `gnl`", re.compile(r"^gnl\|[^|]+\|([^|]+)")),
    Convention("PIR and PRF at NCBI", re.compile(r"^(?:pir|prf)\|\|?([^|]+)")),
    Convention(
        "patents at NCBI: country, number, sequence",
        re.compile(r"^(?:pat|pgp)\|([^|]+)\|([^|]+)(?:\|([^|]+))?"),
    ),
    Convention("JGI: the whole word", re.compile(r"^(jgi\|.+)$")),
    Convention("CATH: domain and residues", re.compile(r"^cath\|[^|]+\|([^|]+)")),
    Convention("VFDB", re.compile(r"^(VFG[0-9]+)\([^()]*\)$")),
    Convention("UniProt as others call it", re.compile(r"^(?:UniProtKB|UniProt|uniprot)\|([^|]+)")),
    Convention("ENA, and UniProt in capitals", re.compile(r"^(?:ENA|SP|TR)\|([^|]+)")),
    Convention("another database in short lower-case letters", re.compile(r"^[a-z]{2,6}\|([^|]+)")),
    Convention("anything else with `|`: the first field", re.compile(r"^([^|]+)\|")),
)
_BRACKETS = (("(", ")"), ("[", "]"), ("{", "}"))


@dataclass(frozen=True, slots=True)
class Identifier:
    """The identifier of a header. An `unsure` one holds only where it repeats nowhere."""

    text: str
    word: str
    unsure: bool = False

    @property
    def is_damaged(self) -> bool:
        """Return whether the fields cut a bracket in two."""
        return self.unsure and any(self.text.count(a) != self.text.count(b) for a, b in _BRACKETS)


def find_identifier(word: str) -> Identifier:
    """Return the identifier in the first word of a header."""
    if "|" in word:
        for convention in CONVENTIONS:
            if found := convention.pattern.match(word):
                text = "_".join(filter(None, found.groups()))
                return Identifier(text, word, convention.unsure)
    return Identifier(word, word)


def finder(identifiers: Iterable[str]) -> Callable[[str], str | None]:
    """Return a function that finds the protein which a text names, also where it is a header.

    It returns one of `identifiers`, or `None`.
    """
    known = set(identifiers)

    def find(text: str) -> str | None:
        text = text.strip()
        header = text.removeprefix(">").strip()
        word = header.split(None, 1)[0] if header else ""
        forms = (text, header, word, find_identifier(word).text if word else "")
        return next((form for form in forms if form in known), None)

    return find


def check_identifier(text: str, line: int) -> None:
    """Check the identifier of the header on a line.

    Raises:
        StepError: MALFORMED_FASTA, for identifiers that are not printable or too long.
    """
    # A byte-order mark in the middle of a file, for example, would be invisible.
    if not text.isprintable():
        raise malformed(
            f"The header on line {line} gives no usable identifier. Put one after the '>': "
            "letters, digits and signs, without control characters and invisible ones."
        )
    if len(text) > MAX_IDENTIFIER:
        raise malformed(
            f"The identifier on line {line} has {len(text):,} characters; at most "
            f"{MAX_IDENTIFIER} can be shown. Put a blank after its identifying part."
        )


class Repeated(Exception):
    """An identifier was there before, on `line`, and is on line `second` again."""

    def __init__(self, line: int, second: int) -> None:
        super().__init__(line, second)
        self.line, self.second = line, second


class UniqueIdentifiers:
    """All identifiers of a file.

    Attributes:
        whole_words: whether unsure identifiers are whole first words. It becomes true where one
            repeats or is damaged; those added before are then no longer what they were.
    """

    def __init__(self, whole_words: bool) -> None:
        self.whole_words = whole_words
        self._lines: dict[str, int] = {}
        #: Unsure identifier -> its whole word.
        self._words: dict[str, str] = {}

    def add(self, found: Identifier, line: int) -> str:
        """Return the identifier, as it is in this file.

        Raises:
            Repeated: it was added before.
        """
        if found.is_damaged and not self.whole_words:
            self._keep_words()
        unsure = found.unsure and not self.whole_words
        text = found.word if found.unsure and self.whole_words else found.text
        first = self._lines.setdefault(text, line)
        if first == line:
            if unsure:
                self._words[text] = found.word
            return text
        if not (unsure or text in self._words):
            raise Repeated(first, line)
        self._keep_words()
        return self.add(found, line)

    def _keep_words(self) -> None:
        self.whole_words = True
        for text, word in self._words.items():
            self._lines[word] = self._lines.pop(text)
        self._words = {}
