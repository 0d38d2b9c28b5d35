"""Read lists of UniProt accessions, and tell them from FASTA files by their content.

One accession a line, or several with commas, semicolons or blanks between them; the rest of a line
behind `#` is a comment. Accessions may be of isoforms, and written as headers have them. Of a table
with a header, the only column of accessions is read.
"""

import codecs
import logging
import re
from pathlib import Path

from steps.errors import StepError
from steps.formats import DAMAGED, START, other_format, unpacked
from steps.retrieve.columns import accession_column

log = logging.getLogger("steps")

#: Bytes of the largest list: millions of accessions.
_MOST_BYTES = 50_000_000
_BLOCK = 1 << 16
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_ACCESSION = re.compile(
    r"(?:(?:sp|tr)\||(?:uniprotkb|uniprot|up)[:|])?"
    r"((?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]{1,3})?)"
    r"(?:\.[0-9]{0,4})?(?:\|(?:[A-Z0-9]+_[A-Z0-9]+)?)?",
    re.ASCII | re.IGNORECASE,
)
_ENTRY_NAME = re.compile(r"[A-Z0-9]{1,11}_[A-Z0-9]{1,5}", re.ASCII)
_HEADER = re.compile(r"(?:^|[\r\n])\s*>")
#: First lines of exported columns.
_TITLE = re.compile(
    r"(?:[a-z0-9]+[ _.-])*(?:entry|from|to|ids?|identifiers?|accessions?|acc?|numbers?|proteins?"
    r"|query|uniprot|uniprotkb)",
    re.IGNORECASE,
)
#: A line of a list of other identifiers: no sequence has a digit or `_`.
_IDENTIFIER = re.compile(r"(?=[A-Za-z.:|-]{0,99}[0-9_])[\w.:|-]{2,100}", re.ASCII)
#: Lines that are looked at for a first accession, and faults that are shown.
_LOOKED_AT, _SHOWN = 1000, 3


def is_accession(text: str) -> bool:
    """Return whether a text is an accession, as lists may have it."""
    return bool(_ACCESSION.fullmatch(text))


def is_list(path: Path) -> bool:
    """Return whether a file is a list: no FASTA header, and some accession, or identifiers alone.

    A file with a header is FASTA, whatever else is in it; any other file could not be read as such.
    """
    try:
        with path.open("rb") as file:
            stream = unpacked(file)
            start = stream.read(_BLOCK)
            if start.lstrip()[:1] == b">" or other_format(start[:START]):
                return False
            text = _decoded(start + stream.read(_MOST_BYTES))
    except DAMAGED:
        return False
    if len(text) >= _MOST_BYTES or _HEADER.search(text):
        return False
    lines = [line.strip() for line in text.splitlines()[:_LOOKED_AT] if line.strip()]
    if any(_ACCESSION.fullmatch(word) for line in lines for word in _words(line)):
        return True
    return bool(lines) and all(map(_IDENTIFIER.fullmatch, lines))


def read_list(path: Path) -> list[str]:
    """Return the accessions of a file, plain or compressed, in its order.

    Raises:
        StepError: INVALID_ACCESSIONS, with the lines of what is no accession.
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        return parse_list(_decoded(unpacked(file).read(_MOST_BYTES)))


def parse_list(text: str) -> list[str]:
    """Return the accessions of a text, in its order.

    Raises:
        StepError: INVALID_ACCESSIONS, with the lines of what is no accession.
    """
    text = text.removeprefix("\ufeff")
    if column := accession_column(text, _ACCESSION.fullmatch):
        log.warning(f"Of the table, the column {column.name!r} is read, and no other.")
        text = "\n".join(column.cells)
    found: list[str] = []
    wrong: list[tuple[int, str]] = []
    title = True
    for number, line in enumerate(text.splitlines(), 1):
        words = _words(line)
        if title and _TITLE.fullmatch(line.strip(" \t\"'")):
            words = []
        title = title and not found and not line.strip()
        for word in words:
            if accession := _ACCESSION.fullmatch(word):
                found.append(accession[1].upper())
            else:
                wrong.append((number, word))
    if wrong:
        raise _invalid(wrong)
    if not found:
        raise StepError("INVALID_ACCESSIONS", "There is no accession. Write one a line: P12345.")
    return found


def _words(line: str) -> list[str]:
    """Return the words of a line before its comment."""
    text = re.sub(r"(?:^|(?<=[\s,;]))#.*", "", line)
    words = [each.strip("\"'()[]") for each in re.split(r"[\s,;\u200b\ufeff]+", text)]
    # Others are bullets.
    return [word for word in words if re.search(r"\w", word)]


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    return data.decode("utf-8", "replace")


def _invalid(wrong: list[tuple[int, str]]) -> StepError:
    number, word = wrong[0]
    more = [f"line {line} {text[:40]!r}" for line, text in wrong[1:_SHOWN]]
    if len(wrong) > _SHOWN:
        more.append(f"and {len(wrong) - _SHOWN:,} more")
    also = f" So are {', '.join(more)}." if more else ""
    what = "a UniProt entry name" if _ENTRY_NAME.fullmatch(word) else "no UniProt accession"
    return StepError(
        "INVALID_ACCESSIONS",
        f"Line {number}: {word[:40]!r} is {what}.{also} Write accessions, such as P12345, "
        "A0A024R161 or, for an isoform, P04637-2; put # before anything else. For those of other "
        "identifiers see https://www.uniprot.org/id-mapping.",
    )
