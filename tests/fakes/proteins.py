"""The proteins of the faked databases, each made of its accession alone.

All services tell the same story of a protein: its sequence decides its family.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random

from tests.fakes.families import FAMILIES, Family

#: What the three letters after "Q0" make of an accession; any other is that of an active entry.
STATES = {
    "DEL": "deleted",
    "LST": "lost",  # deleted, and without a UniParc identifier
    "MRG": "merged",  # into the accession with "P" for "Q"
    "DEM": "demerged",  # into the accessions with "P" and "O" for "Q"
    "UNK": "unknown",
}
_ACCESSION = re.compile(
    r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9]([A-Z][A-Z0-9]{2}[0-9]){1,2}"
)  # fmt: skip
_RESIDUES = bytes(b"ACDEFGHIKLMNPQRSTVWY"[byte % 20] for byte in range(256))
_LENGTHS = (40, 400)
_ORPHANS = 0.15  # of no family, so without a match in InterPro


def draw(key: str, topic: str) -> float:
    """A number from 0 to 1 that is the same whenever it is asked for."""
    digest = hashlib.sha256(f"{topic}\n{key}".encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def choice[T](key: str, topic: str, options: tuple[T, ...]) -> T:
    return options[int(draw(key, topic) * len(options))]


#: Isoforms that each active entry has; the first is the canonical one.
_ISOFORMS = 3


def canonical(accession: str) -> str:
    """The accession of the entry of an isoform."""
    return accession.partition("-")[0]


def state(accession: str) -> str:
    accession, dash, isoform = accession.partition("-")
    if dash and not isoform.isdecimal():
        return "malformed"
    if dash and not 1 <= int(isoform) <= _ISOFORMS:
        return "unknown"
    if not _ACCESSION.fullmatch(accession):
        return "malformed"
    return STATES.get(accession[2:5], "active") if accession.startswith("Q0") else "active"


def md5(sequence: str) -> str:
    return hashlib.md5(sequence.encode()).hexdigest().upper()


def family(sequence_md5: str) -> Family | None:
    orphan = draw(sequence_md5, "orphan") < _ORPHANS
    return None if orphan else choice(sequence_md5, "family", FAMILIES)


@dataclass(frozen=True)
class Protein:
    accession: str
    sequence: str

    @cached_property
    def md5(self) -> str:
        return md5(self.sequence)

    @cached_property
    def family(self) -> Family | None:
        return family(self.md5)

    @property
    def uniparc(self) -> str:
        return f"UPI00{self.md5[:8]}"

    def chance(self, topic: str, share: float) -> bool:
        return draw(self.accession, topic) < share


class Proteins:
    """All proteins; those in `sequences` have the sequences that are given there."""

    def __init__(self, sequences: Mapping[str, str] | None = None) -> None:
        self._sequences = sequences or {}
        self._of_uniparc: dict[str, str] = {}

    def __getitem__(self, accession: str) -> Protein:
        """The protein of an entry, or an isoform of it, which is shorter."""
        entry, _, isoform = accession.partition("-")
        sequence = self._sequences.get(entry) or _sequence(entry)
        sequence = sequence[: len(sequence) - 10 * (int(isoform or 1) - 1)]
        protein = Protein(accession, sequence)
        self._of_uniparc[protein.uniparc] = sequence
        return protein

    def sequence_of_uniparc(self, identifier: str) -> str | None:
        """The sequence, if an entry has told this identifier."""
        return self._of_uniparc.get(identifier)


def _sequence(accession: str) -> str:
    random = Random(accession)
    length = random.randint(*_LENGTHS)
    return f"M{random.randbytes(length - 1).translate(_RESIDUES).decode()}"
