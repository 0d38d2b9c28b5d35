"""Read and validate FASTA files, and reduce headers to identifiers.

docs/input.md says what is accepted, changed and counted. Anything else raises a `StepError` whose
message names the record, the line and the remedy.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from steps.errors import StepError
from steps.normalize.alignment import Alignment, Parts, take_apart
from steps.normalize.content import count_lines
from steps.normalize.identifiers import (
    Repeated,
    UniqueIdentifiers,
    check_identifier,
    find_identifier,
)
from steps.normalize.limits import Counts, Limits, check_empty, check_enough, check_size
from steps.normalize.others import ShortSequences, check_record
from steps.normalize.records import RawRecord, header_at, raw_records
from steps.normalize.residues import (
    GAPPED,
    RESIDUES,
    UPPER,
    bad_residue,
    inner_dot,
    without_blanks,
)


@dataclass(frozen=True, slots=True)
class Record:
    """One protein. `line` is that of its header, counted from 1."""

    identifier: str
    header: str
    sequence: str
    line: int


#: Characters of a header in a message.
_HEADER_SHOWN = 1000
#: Records without residues that are named in a warning.
_EMPTY_SHOWN = 5


class FastaReader:
    """Iterate over the records of one FASTA file, once.

    Args:
        whole_words: keep whole first words of headers where the convention is unsure.

    Attributes:
        counts: what was read; complete once the iteration has ended.
        empty: identifier and line of the first records without residues.
        whole_words: whether whole words were kept. Where it was given as false and is true at the
            end, identifiers repeated: read the file again with `whole_words`.

    Raises:
        StepError: EMPTY_FASTA, TOO_FEW_SEQUENCES, TOO_MANY_SEQUENCES, SEQUENCE_TOO_LONG,
            MALFORMED_FASTA, DUPLICATE_IDENTIFIERS, TOTAL_RESIDUES_EXCEEDED, FILE_TOO_LARGE.
    """

    def __init__(self, path: Path, limits: Limits = Limits(), whole_words: bool = False) -> None:
        self.path, self.limits, self.counts = path, limits, Counts()
        self.empty: list[str] = []
        self._identifiers = UniqueIdentifiers(whole_words)
        self._alignment = Alignment()
        self._short = ShortSequences()
        self._final_dots = 0

    @property
    def whole_words(self) -> bool:
        """Return whether whole first words of headers are kept."""
        return self._identifiers.whole_words

    def __iter__(self) -> Iterator[Record]:
        for raw in raw_records(self.path, self.limits.max_file_bytes, self.counts):
            record = self._record(raw)
            if record:
                yield record
        self._end_alignment()
        self._short.check()
        check_enough(self.limits, self.counts, self.path)

    def _record(self, raw: RawRecord) -> Record | None:
        found = find_identifier(raw.header.split(None, 1)[0])
        check_identifier(found.text, raw.line)
        text = raw.text
        letters = without_blanks(text)
        parts = take_apart(letters.translate(UPPER))
        if parts.residues.translate(None, RESIDUES) or parts.tail.count(b"*") > 1:
            raise bad_residue(found.text, raw.line, text)
        check_record(found.text, raw.line, raw.header, parts.residues)
        if not parts.residues:
            self._leave_out(f"{found.text} (line {raw.line})")
            return None
        try:
            identifier = self._identifiers.add(found, raw.line)
        except Repeated as error:
            raise self._duplicate(found.text, error.line, raw) from None
        check_identifier(identifier, raw.line)
        is_unsure = parts.is_dotted and not GAPPED.match(raw.header)
        if is_unsure and self._alignment.dotted is None:
            dot = raw.line + count_lines(text[: text.index(b".")])
            self._alignment.dotted = (identifier, dot)
        self._count(identifier, raw.line, parts)
        self.counts.lower_case += not letters.isupper() and letters != letters.translate(UPPER)
        return Record(identifier, raw.header, parts.residues.decode("ascii"), raw.line)

    def _leave_out(self, record: str) -> None:
        """Count a record without residues."""
        self.counts.empty_records += 1
        if len(self.empty) < _EMPTY_SHOWN:
            self.empty.append(record)
        check_empty(self.limits, self.counts, record)

    def _duplicate(self, identifier: str, first: int, second: RawRecord) -> StepError:
        header = header_at(self.path, self.limits.max_file_bytes, first)
        return StepError(
            "DUPLICATE_IDENTIFIERS",
            f"Duplicate identifier {identifier}: {_shown(header)} on line {first} and "
            f"{_shown(second.header)} on line {second.line}. Remove or rename one of the two.",
        )

    def _count(self, identifier: str, line: int, parts: Parts) -> None:
        self._alignment.add(parts.width)
        if self._alignment.dotted and not self._alignment.is_even:
            raise inner_dot(*self._alignment.dotted)
        self.counts.gaps_removed += parts.gaps
        self.counts.stops_removed += parts.tail.count(b"*")
        self._final_dots += parts.tail.count(b".")
        self.counts.j_residues += parts.residues.count(b"J")
        self.counts.sequences += 1
        self.counts.residues += len(parts.residues)
        self._short.add(f"{identifier} (line {line})", parts.residues)
        check_size(self.limits, self.counts, f"{identifier} (line {line})", len(parts.residues))

    def _end_alignment(self) -> None:
        if self._alignment.holds:
            self.counts.gaps_removed += self._final_dots
        elif self._alignment.dotted:
            raise inner_dot(*self._alignment.dotted)
        else:
            self.counts.stops_removed += self._final_dots


def _shown(header: str) -> str:
    """Return a header in quotes; the end of a very long one is left out."""
    return repr(header if len(header) <= _HEADER_SHOWN else f"{header[:_HEADER_SHOWN]}...")
